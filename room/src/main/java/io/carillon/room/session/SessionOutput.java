package io.carillon.room.session;

import com.google.protobuf.MessageLite;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.delivery.PushOutput;
import java.net.InetAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the state machine has its connection do. Event-loop confined; nothing here calls back. */
public interface SessionOutput extends PushOutput {
    /** Writes a frame with a protobuf body, flushed at the end of the loop's turn. */
    void send(int frameType, MessageLite body);

    /** Writes an empty PING. */
    void sendPing();

    /** Writes an empty PONG. */
    void sendPong();

    /** Writes ERROR and closes behind it. What comes after is not read. */
    void fail(ProtocolCode code, String text);

    /** Counts a binding that was refused. */
    void bindingRefused(ProtocolCode code);

    /** Closes behind what was written, without a word. */
    void close(CloseReason reason);

    /** Where the client is, as far as is known. */
    @Nullable
    InetAddress clientAddress();

    /**
     * Has the connection {@code id} of this room count as lost, if it is still there, wherever it is confined to; then
     * calls {@code onLost} on this connection's loop. Until then nothing is read here. False, and no call, where there is
     * none to be asked.
     */
    boolean lose(long id, Supplier<Phase> onLost);

    /** Has {@code onTime} called at or soon after the deadline, or earlier. */
    void callAt(long deadlineNs);
}

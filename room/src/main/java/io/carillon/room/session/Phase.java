package io.carillon.room.session;

import io.carillon.protocol.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where a connection is in its life. Event-loop confined. */
public sealed interface Phase permits Login, SessionWatch {
    /** The longest frame body that is taken now, bytes. */
    int frameBytesMax();

    /**
     * Takes a whole frame.
     *
     * @param body borrowed until the return, from position to limit
     * @return the phase that follows, often this one
     * @throws ProtocolException what the connection is to be closed with
     */
    Phase onFrame(int type, ByteBuffer body) throws ProtocolException;

    /** A deadline may have come. */
    void onTime(long nowNs);

    /** The socket took what was written, or has more than it should. */
    void onWritable(boolean writable);

    /** The socket is closed; called once. */
    void onClosed();

    /** The socket is closed, and neither side had said so; called once, instead of {@link #onClosed}. */
    default void onLost() {
        onClosed();
    }

    /** True until it has, or had, a binding. */
    boolean isVisitor();

    /** Null before login. */
    @Nullable
    ClientSession session();
}

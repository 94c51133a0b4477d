package io.carillon.room.session;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connect;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A connection before login: it may say CONNECT, once and in time. Event-loop confined. */
public final class Login implements Phase {
    /** What is beyond the bindings of a connection is refused one by one, up to here. */
    private static final int BINDINGS_ASKED_MAX = 2 * ProtocolVersion.BINDINGS_MAX;

    private final SessionLoop shared;
    private final SessionOutput output;
    private final long connectionId;
    private final Visitor visitor;
    private long deadlineNs;

    /** @param extraTime what comes before CONNECT, such as a TLS handshake */
    public Login(SessionLoop shared, SessionOutput output, long connectionId, Duration extraTime, Visitor visitor) {
        this.shared = shared;
        this.output = output;
        this.connectionId = connectionId;
        this.visitor = visitor;
        this.deadlineNs = shared.loop().nowNs()
                + extraTime.toNanos()
                + shared.limits().loginTimeout().toNanos();
        output.callAt(deadlineNs);
    }

    /** The TLS handshake is done: the time for CONNECT begins. */
    public void onHandshaken() {
        deadlineNs = shared.loop().nowNs() + shared.limits().loginTimeout().toNanos();
        output.callAt(deadlineNs);
    }

    @Override
    public int frameBytesMax() {
        return ProtocolVersion.FRAME_BYTES_MAX_BEFORE_LOGIN;
    }

    @Override
    public Phase onFrame(int type, ByteBuffer body) throws ProtocolException {
        assert shared.loop().inLoop();
        if (type >= FrameType.SKIPPABLE) {
            return this;
        }
        if (type != FrameType.CONNECT) {
            throw new ProtocolException(
                    ProtocolCode.UNEXPECTED_FRAME, "frame type " + type + " before login (expected: CONNECT)");
        }
        Connect connect = Bodies.parse(Connect.parser(), body, "CONNECT");
        check(connect);
        Refusal refusal = visitor.askToLogIn(connect.getDeviceId());
        if (refusal != null) {
            output.send(
                    FrameType.BUSY,
                    Busy.newBuilder()
                            .setRetryAfterMs(refusal.retryAfterMs())
                            .setReason(refusal.text())
                            .build());
            output.close(CloseReason.REFUSED);
            return this;
        }
        long lost = Resumption.named(shared, connect);
        if (lost != 0 && output.lose(lost, () -> ClientSession.begin(shared, output, connectionId, connect, visitor))) {
            return this;
        }
        return ClientSession.begin(shared, output, connectionId, connect, visitor);
    }

    private static void check(Connect connect) throws ProtocolException {
        int version = connect.getProtocolVersion();
        if (version != ProtocolVersion.CURRENT) {
            throw new ProtocolException(
                    ProtocolCode.UNSUPPORTED_VERSION,
                    "protocol version " + version + " (expected: " + ProtocolVersion.CURRENT + ")");
        }
        int deviceIdBytes = connect.getDeviceId().getBytes(StandardCharsets.UTF_8).length;
        if (deviceIdBytes < 1 || deviceIdBytes > ProtocolVersion.DEVICE_ID_BYTES_MAX) {
            throw new ProtocolException(
                    ProtocolCode.MALFORMED_FRAME,
                    "CONNECT device_id: " + deviceIdBytes + " bytes (expected: 1 to "
                            + ProtocolVersion.DEVICE_ID_BYTES_MAX + ")");
        }
        int window = connect.getReceiveWindow();
        if (window < 0 || window > ProtocolVersion.RECEIVE_WINDOW_MAX) {
            throw new ProtocolException(
                    ProtocolCode.MALFORMED_FRAME,
                    "CONNECT receive_window: " + Integer.toUnsignedString(window) + " (expected: 0 to "
                            + ProtocolVersion.RECEIVE_WINDOW_MAX + ")");
        }
        // Each costs the check of a signature and is answered: a frame of thousands would be cheap to send.
        if (connect.getBindingsCount() > BINDINGS_ASKED_MAX) {
            throw new ProtocolException(
                    ProtocolCode.MALFORMED_FRAME,
                    "CONNECT bindings: " + connect.getBindingsCount() + " (expected: at most "
                            + ProtocolVersion.BINDINGS_MAX + ")");
        }
    }

    @Override
    public void onTime(long nowNs) {
        if (nowNs >= deadlineNs) {
            output.fail(ProtocolCode.LOGIN_TIMEOUT, "no CONNECT in time");
        } else {
            output.callAt(deadlineNs);
        }
    }

    @Override
    public void onWritable(boolean writable) {}

    @Override
    public void onClosed() {
        visitor.left();
    }

    @Override
    public boolean isVisitor() {
        return true;
    }

    @Override
    public @Nullable ClientSession session() {
        return null;
    }
}

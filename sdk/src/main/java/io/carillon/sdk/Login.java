package io.carillon.sdk;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.GoAway;
import io.carillon.sdk.link.Endpoint;
import io.carillon.sdk.link.Link;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.NetworkState;
import io.carillon.sdk.route.ReadTimeouts;
import io.carillon.sdk.wire.Frames;
import java.nio.ByteBuffer;
import java.util.List;

/** A connection between CONNECT and CONNECTED. Confined to its client's thread. */
final class Login implements FrameLink.Phase {
    final Endpoint endpoint;
    final NetworkState network;
    final List<RoomAddress> list;
    final long connectMs;
    final long startedMs;
    private final ReadTimeouts timeouts;
    private final Alarm deadline;
    private final Outcome outcome;
    private final FrameLink frames;
    private int announcedSeconds;

    /** Told how it ended, once. */
    interface Outcome {
        void onConnected(Login login, FrameLink frames, Connected connected);

        /** The room takes nobody just now. */
        void onBusy(Login login, long retryAfterMs);

        void onFailed(Login login, String reason);
    }

    Login(ClientPorts ports, Reacher.Reached reached, ReadTimeouts timeouts, Outcome outcome) {
        this.endpoint = reached.endpoint;
        this.network = reached.network;
        this.list = reached.list;
        this.connectMs = reached.connectMs;
        this.startedMs = ports.nowMs();
        this.timeouts = timeouts;
        this.outcome = outcome;
        this.deadline = new Alarm(ports);
        Link link = reached.link;
        this.frames = new FrameLink(link, this);
    }

    void start(Connect connect) {
        announcedSeconds = connect.getNextPingSeconds();
        ByteBuffer frame = Frames.of(FrameType.CONNECT, connect);
        deadline.set(timeouts.firstByteMs(frame.remaining(), 0), () -> {
            timeouts.onBad();
            fail("no CONNECTED in time");
        });
        frames.send(frame);
    }

    /** The interval to the first beat that the room was told. */
    int announcedSeconds() {
        return announcedSeconds;
    }

    /** Ends it; nobody is told. */
    void cancel() {
        deadline.cancel();
        frames.close();
    }

    @Override
    public void onBytes() {
        // The deadline is for CONNECTED, not for any byte.
    }

    @Override
    public void onFramesRead(boolean midFrame) {
        // As above.
    }

    @Override
    public void onClosed(String reason) {
        deadline.cancel();
        outcome.onFailed(this, reason);
    }

    @Override
    public boolean onFrame(int type, ByteBuffer body) throws ProtocolException {
        switch (type) {
            case FrameType.CONNECTED:
                Connected connected = Frames.parse(Connected.parser(), body, "CONNECTED");
                deadline.cancel();
                timeouts.onGood();
                outcome.onConnected(this, frames, connected);
                return true;
            case FrameType.BUSY:
                Busy busy = Frames.parse(Busy.parser(), body, "BUSY");
                cancel();
                outcome.onBusy(this, Integer.toUnsignedLong(busy.getRetryAfterMs()));
                return false;
            case FrameType.ERROR:
                io.carillon.protocol.client.Error error =
                        Frames.parse(io.carillon.protocol.client.Error.parser(), body, "ERROR");
                fail("the room refused: " + error.getText() + " (code " + error.getCode() + ")");
                return false;
            case FrameType.GO_AWAY:
                GoAway goAway = Frames.parse(GoAway.parser(), body, "GO_AWAY");
                fail("the room is leaving: " + goAway.getReason());
                return false;
            case FrameType.PING:
                frames.send(Frames.pong());
                return true;
            default:
                if (type < FrameType.SKIPPABLE) {
                    throw new ProtocolException(
                            ProtocolCode.UNEXPECTED_FRAME, "frame type " + type + " before CONNECTED");
                }
                return true;
        }
    }

    private void fail(String reason) {
        cancel();
        outcome.onFailed(this, reason);
    }
}

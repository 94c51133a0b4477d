package io.carillon.sdk;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.Bound;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Cursor;
import io.carillon.protocol.client.Disconnect;
import io.carillon.protocol.client.GoAway;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.Overflow;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.sdk.heartbeat.HeartbeatPolicy;
import io.carillon.sdk.link.Endpoint;
import io.carillon.sdk.platform.NetworkState;
import io.carillon.sdk.route.ReadTimeouts;
import io.carillon.sdk.wire.AckBatch;
import io.carillon.sdk.wire.Frames;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A connection that is logged in. Confined to its client's thread. */
final class Session implements FrameLink.Phase {
    private static final int ACKS_GATHERED_MAX = 512;

    final Endpoint endpoint;
    final NetworkState network;
    final Connected connected;
    final long startedMs;
    final Heart heart;

    /** By number, what this room has taken; a push for another goes nowhere. */
    private final @Nullable BoundUser[] bound = new @Nullable BoundUser[ProtocolVersion.BINDINGS_MAX];

    private final ClientPorts ports;
    private final FrameLink frames;
    private final Events events;
    private final ReadTimeouts timeouts;
    private final Alarm answerDeadline;
    private final AckBatch acks = new AckBatch();
    private boolean flushPlanned;
    private int awaited;
    private boolean cut;

    /** Told what the room says. */
    interface Events {
        void onPush(Session session, BoundUser user, PushFrame push) throws ProtocolException;

        void onUplinkAck(Session session, UplinkAck ack);

        void onBound(Session session, Bound bound);

        void onKicked(Session session, Kicked kicked);

        void onGoAway(Session session, GoAway goAway);

        void onBusy(Session session, Busy busy);

        void onEnded(Session session, String reason);
    }

    Session(
            ClientPorts ports,
            Login login,
            FrameLink frames,
            Connected connected,
            HeartbeatPolicy policy,
            ReadTimeouts timeouts,
            Events events) {
        this.ports = ports;
        this.endpoint = login.endpoint;
        this.network = login.network;
        this.connected = connected;
        this.frames = frames;
        this.timeouts = timeouts;
        this.events = events;
        this.startedMs = ports.nowMs();
        this.answerDeadline = new Alarm(ports);
        this.heart = new Heart(ports, policy, network.key(), frames, () -> lose("a beat was not answered"));
        frames.enter(this);
    }

    /** The longest body that the room takes, bytes. */
    int bodyBytesMax() {
        int said = connected.getFrameBytesMax();
        return said <= 0 ? ProtocolVersion.FRAME_BYTES_MAX : Math.max(256, said);
    }

    void bind(BoundUser user) {
        bound[user.number] = user;
    }

    boolean isBound(BoundUser user) {
        return bound[user.number] == user;
    }

    void release(BoundUser user) {
        if (isBound(user)) {
            bound[user.number] = null;
        }
    }

    void send(ByteBuffer frame) {
        heart.onSent();
        frames.send(frame);
    }

    /** Sends what the room has to answer; where nothing comes in time the connection counts as dead. */
    void sendAwaiting(ByteBuffer frame) {
        long waitMs = timeouts.firstByteMs(frame.remaining(), awaited);
        awaited++;
        if (!answerDeadline.isSet()) {
            answerDeadline.set(waitMs, this::onSilence);
        }
        send(frame);
    }

    /** Something sent by {@link #sendAwaiting} was answered, or is waited for no more. */
    void onAnswered() {
        awaited = Math.max(0, awaited - 1);
        timeouts.onGood();
        if (awaited == 0) {
            answerDeadline.cancel();
        }
    }

    void ack(BoundUser user, int kind, int argument, long seq, boolean broadcast) {
        if (!isBound(user)) {
            return;
        }
        acks.add(kind, broadcast, user.number, argument, seq);
        if (!flushPlanned) {
            flushPlanned = true;
            // Behind what is queued on the thread already, so that one frame carries all of it.
            ports.thread.execute(this::flushAcks);
        }
    }

    private void flushAcks() {
        flushPlanned = false;
        if (!frames.closed() && !acks.isEmpty()) {
            for (ByteBuffer frame : acks.drain(Math.min(bodyBytesMax(), ACKS_GATHERED_MAX * 16))) {
                send(frame);
            }
        }
    }

    /** Says goodbye and ends it; nobody is told. */
    void close(String reason) {
        if (!frames.closed()) {
            flushAcks();
            frames.send(Frames.of(
                    FrameType.DISCONNECT,
                    Disconnect.newBuilder().setReason(reason).build()));
        }
        stop();
    }

    private void stop() {
        heart.stop();
        answerDeadline.cancel();
        acks.clear();
        frames.close();
    }

    /** Whether it ended because the network took nothing more, not because somebody wanted it to. */
    boolean wasCut() {
        return cut;
    }

    private void lose(String reason) {
        cut = true;
        end(reason);
    }

    private void end(String reason) {
        stop();
        events.onEnded(this, reason);
    }

    private void onSilence() {
        timeouts.onBad();
        lose("no answer in time");
    }

    @Override
    public void onBytes() {
        heart.onBytes();
    }

    @Override
    public void onFramesRead(boolean midFrame) {
        if (midFrame) {
            answerDeadline.set(timeouts.betweenPacketsMs(), this::onSilence);
        } else if (awaited > 0) {
            answerDeadline.set(timeouts.firstByteMs(0, awaited), this::onSilence);
        } else {
            answerDeadline.cancel();
        }
    }

    @Override
    public void onClosed(String reason) {
        lose(reason);
    }

    @Override
    public boolean onFrame(int type, ByteBuffer body) throws ProtocolException {
        switch (type) {
            case FrameType.PUSH:
                onPush(PushFrame.read(body));
                return true;
            case FrameType.UPLINK_ACK:
                events.onUplinkAck(this, Frames.parse(UplinkAck.parser(), body, "UPLINK_ACK"));
                return true;
            case FrameType.BOUND:
                events.onBound(this, Frames.parse(Bound.parser(), body, "BOUND"));
                return true;
            case FrameType.KICKED:
                events.onKicked(this, Frames.parse(Kicked.parser(), body, "KICKED"));
                return true;
            case FrameType.GO_AWAY:
                events.onGoAway(this, Frames.parse(GoAway.parser(), body, "GO_AWAY"));
                return true;
            case FrameType.CURSOR:
                onCursor(Frames.parse(Cursor.parser(), body, "CURSOR"));
                return true;
            case FrameType.OVERFLOW:
                onOverflow(Frames.parse(Overflow.parser(), body, "OVERFLOW"));
                return true;
            case FrameType.BUSY:
                events.onBusy(this, Frames.parse(Busy.parser(), body, "BUSY"));
                return true;
            case FrameType.ERROR:
                onError(Frames.parse(io.carillon.protocol.client.Error.parser(), body, "ERROR"));
                return false;
            case FrameType.PING:
                send(Frames.pong());
                return true;
            case FrameType.PONG:
            case FrameType.COMMAND:
                return true;
            default:
                if (type < FrameType.SKIPPABLE) {
                    throw new ProtocolException(ProtocolCode.UNKNOWN_FRAME, "frame type " + type);
                }
                return true;
        }
    }

    private void onPush(PushFrame push) throws ProtocolException {
        BoundUser user = bound[push.binding()];
        if (user != null) {
            events.onPush(this, user, push);
        }
    }

    private void onCursor(Cursor cursor) {
        BoundUser user = bound(cursor.getBinding());
        if (user != null) {
            user.inbox.onBroadcastFloor(cursor.getFloor());
        }
    }

    private @Nullable BoundUser bound(int number) {
        return number >= 0 && number < bound.length ? bound[number] : null;
    }

    private void onOverflow(Overflow overflow) {
        BoundUser user = bound(overflow.getBinding());
        if (user != null) {
            user.inbox.onOverflow(overflow.getDropped());
        }
    }

    private void onError(io.carillon.protocol.client.Error error) {
        end("the room ended it: " + error.getText() + " (code " + error.getCode() + ")");
    }
}

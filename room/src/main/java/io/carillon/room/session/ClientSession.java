package io.carillon.room.session;

import io.carillon.contract.DeliverEntry;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.Varint;
import io.carillon.protocol.client.Bind;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Bound;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Disconnect;
import io.carillon.protocol.client.Tags;
import io.carillon.protocol.client.Unbind;
import io.carillon.protocol.client.Uplink;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.DeliveryOutcome;
import io.carillon.room.flicker.KeptBinding;
import io.carillon.room.login.Bans;
import io.carillon.room.registration.Session;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection after login: its bindings, and the frames that belong to them. Event-loop confined.
 */
public final class ClientSession extends SessionWatch implements AckFrame.Sink {
    /** Of bindings that were refused, one after another; beyond it the connection is closed. */
    private static final int REFUSED_MAX = 2 * ProtocolVersion.BINDINGS_MAX;

    private final long connectionId;
    private final String deviceId;
    private final byte networkKind;
    private byte refused;
    /** Few clients ever send any. */
    private @Nullable SessionUplinks uplinks;

    private short window;

    private ClientSession(
            SessionLoop shared,
            SessionOutput output,
            long connectionId,
            Connect connect,
            Visitor visitor,
            byte networkKind,
            int startSeconds) {
        super(shared, output, visitor, startSeconds);
        this.connectionId = connectionId;
        this.deviceId = connect.getDeviceId();
        this.networkKind = networkKind;
        this.window = (short)
                (connect.getReceiveWindow() == 0 ? shared.limits().receiveWindow() : connect.getReceiveWindow());
        planInterval(connect.getNextPingSeconds());
    }

    /**
     * Logs in: answers CONNECTED, and has the sessions registered. Nothing else is waited for.
     *
     * @param visitor is told when the first binding stands, or of the end without one
     */
    static ClientSession begin(
            SessionLoop shared, SessionOutput output, long connectionId, Connect connect, Visitor visitor) {
        byte networkKind = (byte) Math.clamp(connect.getNetworkValue(), 0, Byte.MAX_VALUE);
        int start = start(shared, output, networkKind);
        ClientSession session = new ClientSession(shared, output, connectionId, connect, visitor, networkKind, start);
        Connected.Builder connected = Answers.connected(shared, connectionId, session.window, start);
        Resumption resumption = Resumption.of(shared, connectionId, connect);
        BindStep step = new BindStep(shared, session, session.bindings, resumption);
        for (BindRequest request : connect.getBindingsList()) {
            connected.addBindings(step.bind(request));
        }
        output.send(FrameType.CONNECTED, connected.setResumed(resumption.used()).build());
        step.open();
        resumption.endRest(shared);
        session.noteBindings();
        session.callAgain(shared.loop().nowNs());
        return session;
    }

    /** The interval to begin with, seconds: what others on such a network found, else the configured one. */
    private static int start(SessionLoop shared, SessionOutput output, byte networkKind) {
        SessionLimits limits = shared.limits();
        int learned = shared.heartbeats().startSeconds(networkKind, output.clientAddress());
        return learned == 0
                ? (int) limits.heartbeatStart().toSeconds()
                : (int) Math.clamp(
                        learned,
                        limits.heartbeatMin().toSeconds(),
                        limits.heartbeatMax().toSeconds());
    }

    /** A binding for (app, user), not in the table yet. */
    Binding newBinding(int number, String app, String user) {
        Session session = new Session(
                app,
                user,
                connectionId,
                deviceId,
                Answers.networkName(networkKind),
                shared.loop().nowNs());
        return new Binding(session, number, output, shared.delivery());
    }

    /** Null: the connection is gone. */
    @Nullable
    InetAddress clientAddress() {
        return output.clientAddress();
    }

    public long connectionId() {
        return connectionId;
    }

    /** Messages that each binding may have unacknowledged; 0 while nothing is to be sent. */
    public int window() {
        return paused() ? 0 : window;
    }

    @Override
    public ClientSession session() {
        return this;
    }

    @Override
    public int frameBytesMax() {
        return isVisitor()
                ? ProtocolVersion.FRAME_BYTES_MAX_BEFORE_LOGIN
                : shared.limits().frameBytesMax().toIntBytes();
    }

    // ---- frames
    // ------------------------------------------------------------------------------------------------------

    @Override
    public Phase onFrame(int type, ByteBuffer body) throws ProtocolException {
        assert shared.loop().inLoop();
        long idleNs = heard();
        switch (type) {
            case FrameType.ACK -> onAckFrame(body);
            case FrameType.PING -> onPing(body, idleNs);
            case FrameType.PONG -> {}
            case FrameType.BIND -> onBind(Bodies.parse(Bind.parser(), body, "BIND"));
            case FrameType.UNBIND -> onUnbind(Bodies.parse(Unbind.parser(), body, "UNBIND"));
            case FrameType.UPLINK -> onUplink(Bodies.parse(Uplink.parser(), body, "UPLINK"));
            case FrameType.TAGS -> onTags(Bodies.parse(Tags.parser(), body, "TAGS"));
            case FrameType.DISCONNECT -> {
                Bodies.parse(Disconnect.parser(), body, "DISCONNECT");
                output.close(CloseReason.DISCONNECTED);
            }
            default -> Answers.refuse(type);
        }
        return this;
    }

    private void onUplink(Uplink uplink) {
        if (uplinks == null) {
            uplinks = new SessionUplinks(shared, output);
        }
        uplinks.onUplink(bindings.get(uplink.getBinding()), uplink);
    }

    /** Allocates nothing. */
    private void onPing(ByteBuffer body, long idleNs) throws ProtocolException {
        if (body.hasRemaining()) {
            announced(Varint.readBounded(body, Integer.MAX_VALUE, "PING interval"));
        }
        if (body.hasRemaining()) {
            onSettled(Varint.readBounded(body, Integer.MAX_VALUE, "PING settled"), idleNs);
        }
        output.sendPong();
        bindings.heard(shared.broadcasts());
    }

    /** Only what this connection has just lived through is believed, once for each user that a token named. */
    private void onSettled(int seconds, long idleNs) {
        Binding first = bindings.first();
        if (first != null) {
            int user = 31 * first.session().app().hashCode()
                    + first.session().user().hashCode();
            boolean shown = idleNs >= TimeUnit.SECONDS.toNanos(seconds) / 10 * 9;
            shared.heartbeats().settled(networkKind, output.clientAddress(), user, seconds, shown);
        }
    }

    // ---- acks
    // --------------------------------------------------------------------------------------------------------

    private void onAckFrame(ByteBuffer body) throws ProtocolException {
        AckFrame.read(body, this);
        acked();
        mayHaveOpened();
    }

    @Override
    public void onWindow(int newWindow) {
        window = (short) newWindow;
    }

    @Override
    public void onSeq(int number, boolean broadcast, long seq, int kind, int argument) {
        Binding binding = bindings.get(number);
        if (binding == null) {
            return;
        }
        if (!broadcast) {
            binding.onAck(seq, kind, argument);
            shared.broadcasts().unicastAcked(binding, seq);
        } else if (kind != AckFrame.KIND_LATER) {
            shared.broadcasts().acked(binding, seq);
        }
    }

    @Override
    void mayHaveOpened() {
        bindings.forEach(binding -> {
            binding.onMayHaveOpened();
            shared.broadcasts().mayHaveOpened(binding);
        });
    }

    // ---- bindings
    // ----------------------------------------------------------------------------------------------------

    private void onBind(Bind bind) {
        BindStep step = new BindStep(shared, this, bindings, null);
        BindOutcome outcome = step.bind(bind.getBinding());
        output.send(FrameType.BOUND, Bound.newBuilder().setOutcome(outcome).build());
        step.open();
        noteBindings();
        refused = outcome.getCode() == 0 ? 0 : (byte) (refused + 1);
        if (refused >= REFUSED_MAX) {
            // Each costs the check of a signature.
            output.fail(ProtocolCode.RATE_LIMITED, refused + " bindings refused one after another");
        }
    }

    /** A binding that is unknown may have ended a moment ago, which the client could not know yet. */
    private void onUnbind(Unbind unbind) {
        Binding binding = bindings.get(unbind.getBinding());
        if (binding == null) {
            return;
        }
        end(binding);
        shared.registration().closed(binding.session());
        callAgain(shared.loop().nowNs());
    }

    private void end(Binding binding) {
        binding.end();
        shared.broadcasts().ended(binding);
        bindings.remove(binding);
        noteBindings();
    }

    /** The binding of (app, user); null where it is not on this connection. */
    public @Nullable Binding binding(String app, String user) {
        return bindings.get(app, user);
    }

    /** What center brings for one of the bindings. */
    public DeliveryOutcome deliver(DeliverEntry entry) {
        Binding binding = bindings.get(entry.getApp(), entry.getUser());
        if (binding == null || closed) {
            return DeliveryOutcome.NO_SESSION;
        }
        DeliveryOutcome outcome = binding.deliver(entry);
        if (outcome == DeliveryOutcome.WRITTEN && !entry.getQos0() && entry.getAcceptedAtMs() != 0) {
            shared.broadcasts().unicastWritten(binding, entry.getSeq(), entry.getAcceptedAtMs());
        }
        return outcome;
    }

    /**
     * A newer login of the user stands.
     *
     * @param moved it is the same device: its old connection closes without a word, if the client does not close it
     * @param registerKnows the register holds the session no more
     */
    public void replaced(Binding binding, boolean moved, String newcomerDevice, boolean registerKnows) {
        assert shared.loop().inLoop();
        if (binding.ended() || closed) {
            return;
        }
        if (!moved) {
            output.send(FrameType.KICKED, Answers.replaced(binding, newcomerDevice));
        }
        end(binding);
        if (registerKnows) {
            shared.registration().replaced(binding.session());
        } else {
            shared.registration().closed(binding.session());
        }
        this.moved = moved;
        if (bindings.isEmpty()) {
            if (moved) {
                callAgain(shared.loop().nowNs());
            } else {
                output.fail(ProtocolCode.NO_BINDINGS, "every binding of the connection is gone");
            }
        }
    }

    /**
     * The business ends the session.
     *
     * @param code KICKED or BANNED
     */
    public void kick(Binding binding, ProtocolCode code, String reason) {
        assert shared.loop().inLoop();
        if (binding.ended() || closed) {
            return;
        }
        output.send(FrameType.KICKED, Answers.kicked(binding, code, reason));
        end(binding);
        shared.registration().closed(binding.session());
        if (bindings.isEmpty()) {
            output.fail(ProtocolCode.NO_BINDINGS, "every binding of the connection is gone");
        }
    }

    /** Ends the bindings of banned users. */
    public void endBanned(Bans bans) {
        bindings.forEach(binding -> {
            String reason =
                    bans.reason(binding.session().app(), binding.session().user());
            if (reason != null) {
                kick(binding, ProtocolCode.BANNED, reason);
            }
        });
    }

    /** What is bound now. {@code action} may end it. */
    public void forEachBinding(Consumer<Binding> action) {
        bindings.forEach(action);
    }

    public String deviceId() {
        return deviceId;
    }

    /** A binding that is unknown may have ended a moment ago. */
    private void onTags(Tags tags) {
        Binding binding = bindings.get(tags.getBinding());
        if (binding != null) {
            shared.tags().add(binding, tags);
        }
    }

    // ---- the end
    // -----------------------------------------------------------------------------------------------------

    /** The client may come right back: what it had is kept for a moment, and registered as it was. */
    @Override
    public void onLost() {
        List<KeptBinding> kept = new ArrayList<>(bindings.size());
        bindings.forEach(binding -> {
            BroadcastCursor cursor = shared.broadcasts().cursorOf(binding);
            List<String> tags = shared.broadcasts().tagsOf(binding);
            kept.add(new KeptBinding(binding.session(), binding.number(), binding.handOver(), cursor, tags));
            shared.broadcasts().ended(binding);
        });
        bindings.clear();
        onClosed();
        if (!kept.isEmpty()
                && !shared.flickers().keep(connectionId, deviceId, shared.loop().nowNs(), kept)) {
            for (KeptBinding binding : kept) {
                binding.remains().release();
                shared.registration().closed(binding.session());
            }
        }
    }

    @Override
    public void onClosed() {
        leave();
        if (uplinks != null) {
            uplinks.close();
        }
        bindings.forEach(binding -> {
            binding.end();
            shared.broadcasts().ended(binding);
            shared.registration().closed(binding.session());
        });
        bindings.clear();
    }
}

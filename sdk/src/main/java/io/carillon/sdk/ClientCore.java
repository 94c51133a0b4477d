package io.carillon.sdk;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.Address;
import io.carillon.protocol.client.Bound;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.FlickerHandle;
import io.carillon.protocol.client.GoAway;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.Unbind;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.sdk.heartbeat.HeartbeatPolicy;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.AppState;
import io.carillon.sdk.platform.Cancellable;
import io.carillon.sdk.platform.NetworkState;
import io.carillon.sdk.route.AddressBook;
import io.carillon.sdk.wire.Frames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client: what each frame, and each wish of the app, means for its connection and its bindings.
 *
 * <p>Everything happens on the client's thread; the public methods only put tasks there. Of connections there is at most
 * one that is logged in ({@code current}) and one that the {@link Connector} makes. While a room is leaving both are
 * there: the old one serves until the new one is CONNECTED.
 */
final class ClientCore implements CarillonClient, Connector.Owner, Session.Events, Bindings.Owner {
    private static final long WORKING_SESSION_MS = TimeUnit.SECONDS.toMillis(60);
    private static final long RESUME_MS_MAX = TimeUnit.SECONDS.toMillis(15);
    private static final long LOSS_VERDICT_MS = TimeUnit.SECONDS.toMillis(10);
    private static final long GO_AWAY_MS_MAX = TimeUnit.MINUTES.toMillis(5);

    private final ClientPorts ports;
    private final ClientSettings settings;
    private final HeartbeatPolicy heartbeat;
    private final AddressBook book;
    private final Connector connector;
    private final Bindings bindings;
    private final Upstream upstream;
    private final LearnedState learned;
    private final ConnectionEvents events;
    private final Alarm move;
    private final CompletableFuture<ConnectionInfo> firstConnected = new CompletableFuture<>();

    private @Nullable Cancellable networkListening;
    private @Nullable Cancellable appListening;
    private @Nullable Session current;
    private @Nullable Loss loss;
    private long serverAheadMs;
    private boolean leaving;
    private boolean started;

    /** Written on the client's thread, read anywhere. */
    private volatile boolean connected;

    private volatile boolean closed;

    /** The connection that was lost last. */
    private static final class Loss {
        final Session session;
        final long atMs;

        /** Whether it may say something of the network. */
        final boolean unwanted;

        Loss(Session session, long atMs, boolean unwanted) {
            this.session = session;
            this.atMs = atMs;
            this.unwanted = unwanted;
        }
    }

    ClientCore(ClientPorts ports, ClientSettings settings, HeartbeatPolicy heartbeat) {
        this.ports = ports;
        this.settings = settings;
        this.heartbeat = heartbeat;
        this.book = new AddressBook();
        this.connector = new Connector(ports, new Reacher(ports, book, heartbeat, settings.tlsOnly), this);
        this.bindings = new Bindings(ports, settings, this);
        this.upstream = new Upstream(ports, settings.uplinksMax, bindings, this::session);
        this.learned = new LearnedState(ports, book, heartbeat);
        this.events = new ConnectionEvents(ports.callbacks, settings.connectionListener);
        this.move = new Alarm(ports);
        heartbeat.listen(new HeartbeatPolicy.Listener() {
            @Override
            public void onLearned() {
                learned.save();
            }

            @Override
            public void onBadNetwork(String networkKey) {
                events.badNetwork(networkKey);
            }
        });
    }

    /** Reads the store, then connects as soon as something is bound. */
    void start() {
        learned.restore(() -> {
            started = true;
            if (!closed) {
                networkListening = ports.network.listen(() -> ports.thread.execute(this::onNetworkChange));
                appListening = ports.appState.listen(() -> ports.thread.execute(this::onAppStateChange));
                bindings.prepareAll();
            }
        });
    }

    // What the app calls, on any thread.

    @Override
    public Binding bind(String app, String user, TokenSource tokens, MessageListener listener) {
        return bindAsync(app, user, tokens, Listeners.async(listener));
    }

    @Override
    public Binding bindAsync(String app, String user, TokenSource tokens, AsyncMessageListener listener) {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        BoundUser added = bindings.add(this, upstream, app, user, tokens, listener, this::ack);
        ports.thread.execute(() -> {
            if (started && !closed) {
                bindings.prepare(added);
            }
        });
        return added;
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public CompletableFuture<ConnectionInfo> firstConnected() {
        return firstConnected;
    }

    @Override
    public void close() {
        closed = true;
        ports.thread.execute(this::shutDown);
    }

    void resume(BoundUser user) {
        ports.thread.execute(() -> {
            if (user.ended && bindings.holds(user) && !closed) {
                user.ended = false;
                bindings.prepare(user);
            }
        });
    }

    void unbind(BoundUser user) {
        user.inbox.close();
        if (!bindings.remove(user)) {
            return;
        }
        ports.thread.execute(() -> {
            upstream.drop(user);
            Session session = current;
            if (session != null && session.isBound(user)) {
                session.release(user);
                session.send(Frames.of(
                        FrameType.UNBIND,
                        Unbind.newBuilder().setBinding(user.number).build()));
            }
            user.bound = false;
            closeIfUseless();
        });
    }

    // What the connector asks for.

    @Override
    public boolean wantsConnection() {
        return !closed && started && bindings.anyReady() && (current == null || leaving);
    }

    @Override
    public String app() {
        return bindings.app();
    }

    @Override
    public Connect connectFrame(NetworkState network) {
        Connect.Builder connect = Connect.newBuilder()
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setDeviceId(settings.deviceId)
                .setNetwork(ClientSettings.wire(network.kind()))
                .setNetworkIdentity(network.identity())
                .setSdkVersion(ClientSettings.SDK_VERSION)
                .setReceiveWindow(settings.receiveWindow)
                .setNextPingSeconds(heartbeat.announcedSeconds(plannedSeconds(network)))
                .addAllBindings(bindings.requests());
        Loss lost = loss;
        if (lost != null && current == null && ports.nowMs() - lost.atMs < RESUME_MS_MAX) {
            connect.setResume(FlickerHandle.newBuilder()
                    .setConnectionId(lost.session.connected.getConnectionId())
                    .setSecret(lost.session.connected.getSecret()));
        }
        return connect.build();
    }

    private int plannedSeconds(NetworkState network) {
        return heartbeat.nextSeconds(network.key(), ports.appState.current(), 0);
    }

    @Override
    public void onReady(BoundUser user) {
        Session session = current;
        if (session != null && !leaving) {
            bindings.bindOn(session, user);
        } else {
            connector.connectAfter(0);
        }
    }

    @Override
    public void onConnected(Login done, FrameLink frames, Connected answer) {
        Session before = current;
        serverAheadMs = answer.getServerTimeMs() - ports.nowMs();
        heartbeat.onRange(
                done.network.key(),
                answer.getHeartbeat().getMinSeconds(),
                answer.getHeartbeat().getMaxSeconds(),
                answer.getHeartbeat().getStartSeconds());
        Session session = new Session(ports, done, frames, answer, heartbeat, connector.timeouts(), this);
        current = session;
        leaving = false;
        connected = true;
        book.onGood(done.network, done.endpoint.room(), done.list, done.connectMs);
        judgeLoss(done.network);
        learned.save();
        if (before != null) {
            upstream.onSessionLost(before);
            before.close("moved");
        }
        tellConnected(done, answer);
        session.heart.start(Math.min(done.announcedSeconds(), plannedSeconds(done.network)));
        bindings.onLoggedIn(session, answer.getBindingsList());
        upstream.pump();
        closeIfUseless();
    }

    private void tellConnected(Login done, Connected answer) {
        ConnectionInfo info = new ConnectionInfo(
                answer.getRoom(),
                done.endpoint.room().toString(),
                answer.getConnectionId(),
                answer.getResumed(),
                Duration.ofMillis(ports.nowMs() - done.startedMs));
        events.connected(info);
        events.run(() -> firstConnected.complete(info));
    }

    /** A loss says something of the network's patience only if the network itself was well again soon after. */
    private void judgeLoss(NetworkState now) {
        Loss lost = loss;
        loss = null;
        if (lost != null
                && lost.unwanted
                && ports.nowMs() - lost.atMs <= LOSS_VERDICT_MS
                && lost.session.network.equals(now)) {
            lost.session.heart.judge();
        }
    }

    // What a session says.

    @Override
    public void onPush(Session session, BoundUser user, PushFrame push) throws ProtocolException {
        user.inbox.onPush(Messages.of(user.app, user.user, push));
        if (push.has(PushFrame.FLAG_BROADCAST) && push.has(PushFrame.FLAG_FLOOR)) {
            user.inbox.onBroadcastFloor(push.seq());
        }
    }

    @Override
    public void onUplinkAck(Session session, UplinkAck ack) {
        upstream.onUplinkAck(session, ack);
    }

    @Override
    public void onBound(Session session, Bound answer) {
        bindings.onOutcome(session, answer.getOutcome());
        upstream.pump();
        closeIfUseless();
    }

    @Override
    public void onKicked(Session session, Kicked kicked) {
        boolean own = kicked.getNewcomerDevice().equals(settings.deviceId);
        if (session != current || (own && kicked.getCode() == ProtocolCode.REPLACED.wire())) {
            session.close("replaced by this device");
            onEnded(session, "replaced by this device");
            return;
        }
        bindings.onKicked(session, kicked);
        closeIfUseless();
    }

    @Override
    public void onGoAway(Session session, GoAway goAway) {
        if (session != current || leaving) {
            return;
        }
        leaving = true;
        book.onBad(session.network, session.endpoint.room(), ports.nowMs());
        connector.leave(alternatives(goAway.getAlternativesList()));
        long delayMs = Math.min(GO_AWAY_MS_MAX, Integer.toUnsignedLong(goAway.getDelayMs()));
        move.set(delayMs, () -> connector.connectAfter(0));
    }

    private List<RoomAddress> alternatives(List<Address> addresses) {
        List<RoomAddress> rooms = new ArrayList<>();
        for (Address address : addresses) {
            boolean known = address.getTransport().equals("tls")
                    || address.getTransport().equals("tcp");
            boolean valid = !address.getHost().isEmpty() && address.getPort() > 0 && address.getPort() < 65_536;
            if (known && valid && rooms.size() < 8) {
                boolean tls = address.getTransport().equals("tls");
                rooms.add(RoomAddress.of(address.getHost(), address.getPort(), tls));
            }
        }
        return rooms;
    }

    @Override
    public void onBusy(Session session, Busy busy) {
        session.close("busy");
        if (lose(session, "the room is busy: " + busy.getReason())) {
            connector.connectAfterBusy(Integer.toUnsignedLong(busy.getRetryAfterMs()));
        }
    }

    @Override
    public void onEnded(Session session, String reason) {
        boolean expected = leaving;
        if (!lose(session, reason)) {
            return;
        }
        if (expected) {
            // The room closed it: that says nothing of the network's patience, and there is nothing to resume.
            loss = null;
        }
        boolean worked = ports.nowMs() - session.startedMs >= WORKING_SESSION_MS;
        connector.onLost(worked, expected, !move.isSet());
    }

    private boolean lose(Session session, String reason) {
        upstream.onSessionLost(session);
        if (session != current) {
            return false;
        }
        loss = new Loss(session, ports.nowMs(), session.wasCut() && !leaving);
        current = null;
        leaving = false;
        connected = false;
        bindings.onSessionLost();
        events.disconnected(reason);
        return true;
    }

    // What bindings ask for.

    @Override
    public void onBound(BoundUser user) {
        events.bound(user);
    }

    @Override
    public void onEnded(BoundUser user, EndReason reason, String text, @Nullable String newcomer) {
        events.kicked(user, reason, text, newcomer);
    }

    @Override
    public void onTokenRefused(BoundUser user, String text) {
        events.tokenRefused(user, text);
    }

    @Override
    public void onWrongPool() {
        connector.forgetList();
    }

    /** What the last room said its clock shows, and the time since; the device's own clock may be anywhere. */
    @Override
    public long serverMs() {
        return serverAheadMs + ports.nowMs();
    }

    @Override
    public @Nullable Session session() {
        return current;
    }

    private void ack(BoundUser user, int kind, int argument, long seq, boolean broadcast) {
        Session session = current;
        if (session != null) {
            session.ack(user, kind, argument, seq, broadcast);
        }
    }

    /** A connection without any binding that could still come is not kept. */
    private void closeIfUseless() {
        Session session = current;
        if (session != null && !bindings.anyWanted()) {
            session.close("nothing is bound");
            lose(session, "nothing is bound");
        }
        if (!bindings.anyWanted()) {
            move.cancel();
            connector.cancel();
        }
    }

    // What the platform says.

    private void onNetworkChange() {
        if (!closed && connector.onNetworkChange(current == null) && current != null) {
            current.heart.beatNow();
        }
    }

    private void onAppStateChange() {
        if (closed || ports.appState.current() != AppState.FRONT) {
            return;
        }
        Session session = current;
        if (session != null) {
            session.heart.beatNow();
        } else {
            connector.onAppInFront();
        }
    }

    private void shutDown() {
        if (networkListening != null) {
            networkListening.cancel();
        }
        if (appListening != null) {
            appListening.cancel();
        }
        upstream.close();
        bindings.close();
        closeIfUseless();
        events.run(() -> firstConnected.completeExceptionally(new IllegalStateException("the client was closed")));
    }
}

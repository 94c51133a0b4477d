package io.carillon.room;

import io.carillon.contract.NodeRef;
import io.carillon.room.broadcast.BroadcastCounters;
import io.carillon.room.broadcast.BroadcastDesk;
import io.carillon.room.broadcast.BroadcastLimits;
import io.carillon.room.broadcast.BroadcastLoop;
import io.carillon.room.broadcast.BroadcastStore;
import io.carillon.room.broadcast.KickBans;
import io.carillon.room.connection.Connection;
import io.carillon.room.connection.ConnectionCounters;
import io.carillon.room.connection.ConnectionId;
import io.carillon.room.connection.ConnectionLoop;
import io.carillon.room.connection.NettyLoop;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.DeliveryLimits;
import io.carillon.room.delivery.DeliveryLoop;
import io.carillon.room.delivery.Mailboxes;
import io.carillon.room.flicker.FlickerLimits;
import io.carillon.room.flicker.FlickerOutcome;
import io.carillon.room.flicker.Flickers;
import io.carillon.room.flicker.KeptBinding;
import io.carillon.room.heartbeat.HeartbeatDesk;
import io.carillon.room.label.Labels;
import io.carillon.room.label.TagChanges;
import io.carillon.room.login.AppNetworks;
import io.carillon.room.login.TokenVerifier;
import io.carillon.room.registration.PendingQuestion;
import io.carillon.room.registration.Registrar;
import io.carillon.room.registration.RegistrationLimits;
import io.carillon.room.registration.Session;
import io.carillon.room.registration.SessionEvents;
import io.carillon.room.session.ClientSession;
import io.carillon.room.session.ConnectionSecrets;
import io.carillon.room.session.SessionLimits;
import io.carillon.room.session.SessionLoop;
import io.carillon.room.session.SessionRegistration;
import io.carillon.room.uplink.UplinkGatherer;
import io.carillon.room.uplink.UplinkLimits;
import io.carillon.room.uplink.Uplinks;
import io.carillon.runtime.heartbeat.LearningLimits;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The heart of the room, without what it listens on and without the process around it: one {@link ConnectionLoop} for
 * each event loop, and the registrar over all of them, which lives on the first.
 */
final class Gateway implements SessionEvents, SessionRegistration {
    private static final int LOOPS_MAX = 256;
    private static final int SECRET_KEY_BYTES = 32;

    private final NodeRef self;
    private final List<ConnectionLoop> loops = new ArrayList<>();
    private final List<EventLoop> eventLoops = new ArrayList<>();
    private final List<DeliveryLoop> deliveries = new ArrayList<>();
    private final Registrar registrar;
    private final BroadcastDesk broadcasts;
    private final Flickers flickers;
    private final LostConnections lost;
    private final HeartbeatDesk heartbeats;

    /** The bounds of all parts. */
    record Limits(
            SessionLimits session,
            DeliveryLimits delivery,
            UplinkLimits uplink,
            RegistrationLimits registration,
            BroadcastLimits broadcast,
            LearningLimits heartbeat,
            FlickerLimits flicker) {
        static Limits defaults() {
            return new Limits(
                    SessionLimits.defaults(),
                    DeliveryLimits.defaults(),
                    UplinkLimits.defaults(),
                    RegistrationLimits.defaults(),
                    BroadcastLimits.defaults(),
                    LearningLimits.defaults(),
                    FlickerLimits.defaults());
        }
    }

    Gateway(
            NodeRef self,
            EventLoopGroup group,
            Limits limits,
            TokenVerifier tokens,
            Mailboxes mailboxes,
            Uplinks uplinks,
            BroadcastStore broadcastStore,
            KickBans kickBans,
            PendingQuestion pending,
            Labels labels,
            ConnectionCounters counters,
            BroadcastCounters broadcastCounters,
            Consumer<FlickerOutcome> flickerCounter) {
        this.self = self;
        this.flickers = new Flickers(limits.flicker, this::onNotComeBack, flickerCounter);
        this.lost = new LostConnections(this, flickers);
        for (EventExecutor executor : group) {
            if (executor instanceof EventLoop eventLoop && eventLoops.size() < LOOPS_MAX) {
                eventLoops.add(eventLoop);
            }
        }
        if (eventLoops.isEmpty()) {
            throw new IllegalArgumentException("event loops: 0 (expected: > 0)");
        }
        List<NettyLoop> nettyLoops = new ArrayList<>();
        for (EventLoop eventLoop : eventLoops) {
            nettyLoops.add(new NettyLoop(nettyLoops.size(), eventLoop, System::nanoTime, System::currentTimeMillis));
        }
        this.broadcasts = new BroadcastDesk(
                nettyLoops.getFirst(), limits.broadcast, self, broadcastStore, kickBans, broadcastCounters);
        this.heartbeats = new HeartbeatDesk(limits.heartbeat);
        AppNetworks networks = new AppNetworks();
        ConnectionSecrets secrets = new ConnectionSecrets(randomKey());
        for (NettyLoop loop : nettyLoops) {
            BroadcastLoop broadcast = broadcasts.newLoop(loop);
            DeliveryLoop delivery =
                    new DeliveryLoop(loop, limits.delivery, mailboxes, broadcast, self.getName(), Gateway::randomBelow);
            UplinkGatherer uplink = new UplinkGatherer(loop, limits.uplink, uplinks);
            SessionLoop shared = new SessionLoop(
                    self.getName(),
                    loop,
                    limits.session,
                    tokens,
                    this,
                    secrets,
                    delivery,
                    uplink,
                    new TagChanges(loop, labels),
                    broadcast,
                    heartbeats,
                    flickers,
                    networks);
            deliveries.add(delivery);
            loops.add(new ConnectionLoop(shared, counters));
        }
        loops.forEach(loop -> loop.attach(loops));
        this.registrar =
                new Registrar(loops.getFirst().loop(), limits.registration, self, this, pending, Gateway::randomBelow);
    }

    private static byte[] randomKey() {
        byte[] key = new byte[SECRET_KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    private static long randomBelow(long bound) {
        return ThreadLocalRandom.current().nextLong(bound);
    }

    void start() {
        loops.forEach(ConnectionLoop::start);
        flickers.start(loops.getFirst().loop());
        broadcasts.start();
    }

    /** Ends every connection; returns at once. */
    void stop() {
        broadcasts.stop();
        flickers.stop();
        loops.forEach(ConnectionLoop::stop);
    }

    private void onNotComeBack(KeptBinding binding) {
        binding.remains().release();
        closed(binding.session());
    }

    LostConnections lost() {
        return lost;
    }

    Flickers flickers() {
        return flickers;
    }

    NodeRef self() {
        return self;
    }

    BroadcastDesk broadcasts() {
        return broadcasts;
    }

    HeartbeatDesk heartbeats() {
        return heartbeats;
    }

    Registrar registrar() {
        return registrar;
    }

    /** Runs {@code task} where the registrar may be told of registers. */
    void onRegistrarLoop(Runnable task) {
        loops.getFirst().loop().execute(task);
    }

    List<ConnectionLoop> loops() {
        return loops;
    }

    List<DeliveryLoop> deliveries() {
        return deliveries;
    }

    int connections() {
        int sum = 0;
        for (ConnectionLoop loop : loops) {
            sum += loop.connections();
        }
        return sum;
    }

    /** What belongs to an event loop of the group. */
    ConnectionLoop loopOf(EventLoop eventLoop) {
        for (int i = 0; i < eventLoops.size(); i++) {
            if (eventLoops.get(i) == eventLoop) {
                return loops.get(i);
            }
        }
        throw new IllegalArgumentException("not an event loop of the gateway: " + eventLoop);
    }

    /** The loop that a connection id names; null where it names none. */
    @Nullable
    ConnectionLoop loopOf(long connectionId) {
        int index = ConnectionId.loop(connectionId);
        return index < loops.size() ? loops.get(index) : null;
    }

    // ---- what sessions say
    // ---------------------------------------------------------------------------------------------

    @Override
    public void opened(Session session) {
        registrar.opened(session);
    }

    @Override
    public void closed(Session session) {
        registrar.closed(session);
    }

    @Override
    public void renamed(Session before, Session now) {
        registrar.renamed(before, now);
    }

    @Override
    public void replaced(Session session) {
        registrar.replaced(session);
    }

    // ---- what the registrar says
    // ---------------------------------------------------------------------------------------

    @Override
    public void mayLoad(List<Session> sessions) {
        for (ConnectionLoop loop : loops) {
            List<Session> here = new ArrayList<>();
            for (Session session : sessions) {
                if (loopOf(session.connectionId()) == loop) {
                    here.add(session);
                }
            }
            if (!here.isEmpty()) {
                loop.loop().execute(() -> here.forEach(session -> mayLoad(loop, session)));
            }
        }
    }

    private void mayLoad(ConnectionLoop loop, Session session) {
        ClientSession of = sessionOf(loop, session.connectionId());
        if (of == null) {
            lost.mayLoad(session);
            return;
        }
        Binding binding = of.binding(session.app(), session.user());
        if (binding != null && binding.session() == session) {
            binding.onMayLoad();
        }
    }

    @Override
    public void superseded(Session session, String newcomerDevice) {
        ConnectionLoop loop = loopOf(session.connectionId());
        if (loop != null) {
            loop.loop()
                    .execute(() -> replace(
                            loop,
                            session.connectionId(),
                            session.app(),
                            session.user(),
                            newcomerDevice.equals(session.deviceId()),
                            newcomerDevice));
        }
    }

    /** On the loop: ends one binding because a newer login stands. */
    void replace(
            ConnectionLoop loop, long connectionId, String app, String user, boolean moved, String newcomerDevice) {
        ClientSession session = sessionOf(loop, connectionId);
        if (session == null) {
            lost.replaced(connectionId, app, user, moved);
            return;
        }
        Binding binding = session.binding(app, user);
        if (binding != null) {
            session.replaced(binding, moved, newcomerDevice, true);
        }
    }

    /** On the loop: the logged in connection of exactly this id; null where it is gone. */
    static @Nullable ClientSession sessionOf(ConnectionLoop loop, long connectionId) {
        Connection connection = loop.connection(connectionId);
        return connection == null ? null : connection.session();
    }
}

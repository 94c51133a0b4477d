package io.carillon.register;

import io.carillon.contract.App;
import io.carillon.contract.ReplacedRequest;
import io.carillon.contract.ReplacedResponse;
import io.carillon.register.notice.ReplacedNotices;
import io.carillon.register.presence.PresenceComparison;
import io.carillon.register.presence.PresenceTracker;
import io.carillon.register.session.Presence;
import io.carillon.register.session.RegisterClock;
import io.carillon.register.session.RoomLife;
import io.carillon.register.session.Roster;
import io.carillon.register.session.Sessions;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.node.NodeRuntime;
import io.carillon.runtime.node.Service;
import io.carillon.runtime.node.ServiceMain;
import io.carillon.runtime.peers.Peers;
import io.carillon.runtime.peers.PeersListener;
import io.micrometer.core.instrument.FunctionCounter;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The register's process: wires its parts.
 *
 * <p>Threads: registrations and lookups run on the event loops. Rooms' reports, which are walks over all buckets, run on
 * one thread with a bounded queue; taking entries of ended lives out and comparing presence run on another, so that they
 * wait for no report.
 */
public final class RegisterServer implements Service {
    private static final long TICK_S = 5;
    private static final long UNCLAIMED_TICK_S = 60;
    /** Also how long comings are gathered. */
    private static final long PRESENCE_TICK_MS = 50;

    private static final long COMPARISON_TICK_MS = 250;

    private final NodeRuntime runtime;
    private final RegisterConfig config;
    private final Peers rooms;
    private final ReplacedNotices notices;
    private final Roster roster;
    private final Sessions sessions;
    private final RegisterEndpoint endpoint;
    private final PresenceTracker presence;
    private final PresenceComparison comparison;
    private final ThreadPoolExecutor reports;
    /** Holds at most as many tasks as there are numbers of lives, and two. */
    private final ExecutorService sweeper;

    private volatile boolean serving;

    RegisterServer(NodeRuntime runtime, RegisterConfig config) {
        this.runtime = runtime;
        this.config = config;
        rooms = runtime.peers("room");
        sweeper = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("register-sweeper").daemon().factory());
        reports = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(config.reportsWaitingMax()),
                Thread.ofPlatform().name("register-reports").daemon().factory());
        notices = new ReplacedNotices(
                this::callRoom,
                (delayMs, task) -> runtime.scheduler().schedule(task, delayMs, TimeUnit.MILLISECONDS),
                new SecureRandom());
        RegisterClock clock = RegisterClock.system();
        roster = new Roster(clock, this::onOver);
        SaverPresenceStore store = new SaverPresenceStore(runtime.peers("saver"));
        presence = new PresenceTracker(
                this::lookup, roster::whole, store, clock, config.presenceGrace(), config.presenceUsersMax());
        sessions = new Sessions(config.sessionsMax(), clock, roster, notices, presence);
        comparison = new PresenceComparison(roster, sessions, presence, store, sweeper);
        endpoint = new RegisterEndpoint(roster, sessions, presence, new RegisterCounters(runtime.meters()));
        bindGauges();
    }

    public static void main(String[] args) {
        ServiceMain.run("register", RegisterConfig.class, args, RegisterServer::new);
    }

    @Override
    public void register(RpcServer.Builder rpc) {
        rpc.handle(RegisterMethods.REGISTER, (request, call) -> done(endpoint.register(request)));
        rpc.handle(RegisterMethods.UNREGISTER, (request, call) -> done(endpoint.unregister(request)));
        rpc.handle(RegisterMethods.LOOKUP, (request, call) -> done(endpoint.lookup(request)));
        rpc.handle(RegisterMethods.WHOLENESS, reports, (request, call) -> done(endpoint.wholeness(request)));
    }

    @Override
    public void start() {
        rooms.listen(new PeersListener() {
            @Override
            public void onChange() {
                roster.onListed(rooms.nodes().stream().map(NodeRecord::name).collect(Collectors.toUnmodifiableSet()));
            }

            @Override
            public void onUp(RpcPeer peer, RpcIdentity identity) {
                roster.onUp(peer.name(), identity.incarnation());
            }

            @Override
            public void onGone(String name, long incarnation) {
                roster.onGone(name, incarnation);
            }
        });
        runtime.scheduler().scheduleWithFixedDelay(roster::tick, TICK_S, TICK_S, TimeUnit.SECONDS);
        runtime.scheduler()
                .scheduleWithFixedDelay(
                        () -> sweeper.execute(sessions::dropUnclaimed),
                        UNCLAIMED_TICK_S,
                        UNCLAIMED_TICK_S,
                        TimeUnit.SECONDS);
        startPresence();
        serving = true;
    }

    private void startPresence() {
        runtime.settings().listen(this::onSettings);
        onSettings();
        runtime.scheduler()
                .scheduleWithFixedDelay(presence::tick, PRESENCE_TICK_MS, PRESENCE_TICK_MS, TimeUnit.MILLISECONDS);
        runtime.scheduler()
                .scheduleWithFixedDelay(
                        comparison::tick, COMPARISON_TICK_MS, COMPARISON_TICK_MS, TimeUnit.MILLISECONDS);
    }

    private void onSettings() {
        boolean more = presence.want(runtime.settings().apps().stream()
                .filter(app -> !app.getDisabled()
                        && !app.getWebhooks().getPresenceUrl().isEmpty())
                .map(App::getId)
                .collect(Collectors.toUnmodifiableSet()));
        if (more) {
            comparison.compareAll();
        }
    }

    private Presence lookup(String app, String user) {
        return sessions.lookup(app, user);
    }

    @Override
    public boolean ready() {
        return serving;
    }

    @Override
    public void stop(Duration limit) throws InterruptedException {
        serving = false;
        sessions.stop();
        sweeper.shutdownNow();
        reports.shutdown();
        if (!reports.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            reports.shutdownNow();
        }
    }

    private void onOver(RoomLife life) {
        notices.forget(life);
        presence.onRoomLost(life.room());
        if (!sweeper.isShutdown()) {
            sweeper.execute(() -> sessions.takeOut(life));
        }
    }

    private CompletionStage<ReplacedResponse> callRoom(String room, ReplacedRequest request) {
        RpcPeer peer = rooms.byName(room);
        return peer == null
                ? CompletableFuture.failedFuture(new RpcException(RpcStatus.NOT_CONNECTED, "no room " + room))
                : peer.call(RoomMethods.REPLACED, request, config.noticeTimeout());
    }

    private void bindGauges() {
        RegisterMetric.SESSIONS.gauge(runtime.meters(), sessions::size);
        RegisterMetric.SESSION_BYTES.gauge(runtime.meters(), sessions::bytes);
        RegisterMetric.WHOLE_BUCKETS.gauge(runtime.meters(), roster::wholeCount);
        RegisterMetric.PRESENCE_USERS.gauge(runtime.meters(), presence::users);
        RegisterMetric.ROOMS.gauge(runtime.meters(), () -> roster.lives().size());
        bindTotal(RegisterMetric.REPLACED, sessions::replacedCount);
        bindTotal(RegisterMetric.NOTICES_DROPPED, notices::droppedCount);
    }

    private void bindTotal(RegisterMetric metric, LongSupplier total) {
        FunctionCounter.builder(metric.id(), total, LongSupplier::getAsLong)
                .description(metric.description())
                .register(runtime.meters());
    }

    private static <A> CompletionStage<A> done(A answer) {
        return CompletableFuture.completedFuture(answer);
    }
}

package io.carillon.room;

import io.carillon.contract.MoveRequest;
import io.carillon.contract.MoveResponse;
import io.carillon.contract.NodeRef;
import io.carillon.room.admission.Admission;
import io.carillon.room.admission.MemoryWatch;
import io.carillon.room.admission.RefusalReason;
import io.carillon.room.admission.Visit;
import io.carillon.room.ban.BanFollower;
import io.carillon.room.ban.BanSink;
import io.carillon.room.ban.BanSweep;
import io.carillon.room.connection.ConnectionLoop;
import io.carillon.room.delivery.DeliveryLoop;
import io.carillon.room.host.HostLimits;
import io.carillon.room.listener.Door;
import io.carillon.room.listener.ListenerConfig;
import io.carillon.room.listener.Listeners;
import io.carillon.room.listener.TlsOutcome;
import io.carillon.room.login.TokenVerifier;
import io.carillon.room.move.Alternatives;
import io.carillon.room.move.DrainSteps;
import io.carillon.room.move.MoveDesk;
import io.carillon.rpc.RpcServer;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.discovery.NodeRecord.Advertised;
import io.carillon.runtime.discovery.NodeRecord.Load;
import io.carillon.runtime.node.NodeRuntime;
import io.carillon.runtime.node.Service;
import io.carillon.runtime.node.ServiceMain;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway as a process: wires its parts to each other, to the other services, and to the network. */
public final class RoomServer implements Service {
    private static final Logger log = LoggerFactory.getLogger(RoomServer.class);
    private static final long STOP_LOOK_MS = 20;
    private static final long DRAIN_SLACK_MS = 5_000;

    private final NodeRuntime runtime;
    private final RoomConfig config;
    private final Surroundings surroundings;
    private final RoomMeters meters;
    private final Gateway gateway;
    private final RoomRpc rpc;
    private final MemoryWatch memory;
    private final Admission admission;
    private final Listeners listeners;
    private final BanFollower bans;
    private final Alternatives alternatives;
    private final MoveDesk moves;
    private final BanSink banSink;
    private volatile boolean listening;
    private volatile boolean stopping;

    public RoomServer(NodeRuntime runtime, RoomConfig config) {
        this.runtime = runtime;
        this.config = config;
        this.meters = new RoomMeters(runtime.meters());
        this.surroundings = Surroundings.of(runtime, config.bare(), meters);
        NodeRef self = NodeRef.newBuilder()
                .setName(runtime.identity().name())
                .setIncarnation(runtime.identity().incarnation())
                .build();
        this.bans = new BanFollower(
                runtime.config().dataPath(), config.ban(), surroundings.bans(), System::currentTimeMillis);
        this.banSink = new BanSink(surroundings.banStore(), runtime.scheduler());
        TokenVerifier tokens = new TokenVerifier(
                surroundings.apps(),
                runtime.config().pool(),
                config.tokenSkew(),
                config.tokenCacheMax(),
                System::currentTimeMillis,
                bans);
        this.gateway = new Gateway(
                self,
                runtime.loops(),
                config.limits(),
                tokens,
                surroundings.mailboxes(),
                surroundings.uplinks(),
                surroundings.broadcasts(),
                banSink::offer,
                surroundings.pending(),
                surroundings.labels(),
                meters,
                meters,
                meters::flickered);
        this.memory = new MemoryWatch(config.admission().memoryShareMax());
        this.admission = new Admission(
                config.admission(),
                new Admission.Surroundings(
                        config.connectionsMax(),
                        gateway::connections,
                        () -> gateway.registrar().backlog(),
                        memory,
                        System::nanoTime,
                        () -> ThreadLocalRandom.current().nextDouble(),
                        meters),
                gateway.loops().stream().map(ConnectionLoop::loop).toList());
        this.rpc = new RoomRpc(gateway, meters::delivered);
        this.listeners = new Listeners(
                runtime.loops(),
                door(),
                new WriteBufferWaterMark(
                        config.waterMarkLow().toIntBytes(),
                        config.waterMarkHigh().toIntBytes()),
                config.tlsHandshakeTimeout());
        this.alternatives = new Alternatives(self.getName(), runtime.config().pool(), () -> ThreadLocalRandom.current()
                .nextDouble());
        this.moves = new MoveDesk(
                gateway.loops().getFirst().loop(),
                config.move(),
                new RoomCrowd(gateway, alternatives, config.move()),
                drainSteps(),
                bound -> ThreadLocalRandom.current().nextLong(bound));
    }

    /** What blocks runs on the scheduler, in this order. */
    private DrainSteps drainSteps() {
        return new DrainSteps() {
            @Override
            public void announceDraining() {
                runtime.scheduler().execute(() -> runtime.announceDraining(true));
            }

            @Override
            public void shut() {
                runtime.scheduler().execute(listeners::close);
            }

            @Override
            public void onDrained() {
                if (!stopping) {
                    runtime.requestEnd();
                }
            }
        };
    }

    private Door door() {
        return new Door() {
            @Override
            public Admission.Arrival arrive(Channel channel, InetAddress address, boolean exempt) {
                return admission.arrive(gateway.loopOf(channel.eventLoop()).loop(), address, exempt);
            }

            @Override
            public ChannelHandler newConnection(Channel channel, Duration beforeLogin, Visit visit) {
                return gateway.loopOf(channel.eventLoop()).newConnection(beforeLogin, visit);
            }

            @Override
            public void refused(RefusalReason reason) {
                admission.count(reason);
            }

            @Override
            public void handshaken(TlsOutcome outcome) {
                meters.handshaken(outcome);
            }
        };
    }

    @Override
    public void register(RpcServer.Builder builder) {
        builder.handle(RoomMethods.DELIVER, (request, call) -> rpc.deliver(request));
        builder.handle(RoomMethods.BROADCAST_ORDER, (request, call) -> {
            surroundings.beforeOrder().accept(request);
            return gateway.broadcasts().order(request);
        });
        builder.handle(RoomMethods.AUDIENCE_COUNT, (request, call) -> gateway.broadcasts()
                .count(request));
        builder.handle(RoomMethods.REPLACED, (request, call) -> rpc.replaced(request));
        builder.handle(
                RoomMethods.HEARTBEATS,
                (request, call) -> CompletableFuture.supplyAsync(
                        () -> gateway.heartbeats().exchange(request), runtime.scheduler()));
        builder.handle(RoomMethods.KICK, (request, call) -> rpc.kick(request));
        builder.handle(RoomMethods.MOVE, (request, call) -> move(request));
    }

    private CompletableFuture<MoveResponse> move(MoveRequest request) {
        if (request.getIncarnation() != gateway.self().getIncarnation()) {
            return CompletableFuture.completedFuture(MoveResponse.newBuilder()
                    .setReason("the room has been started again")
                    .build());
        }
        return moves.order(request);
    }

    @Override
    public void start() throws Exception {
        HostLimits.tooLow(Path.of("/proc"), config.connectionsMax())
                .forEach(limit -> log.warn("too low: {}; docs/operations.md says how to raise it", limit));
        meters.watch(gateway);
        meters.watch(bans);
        meters.watch(admission);
        meters.watch(banSink);
        gateway.start();
        bans.start(new BanSweep(gateway.loops()));
        surroundings.followRegisters().accept(gateway);
        runtime.discovery().follow("room", alternatives::onRooms);
        for (ListenerConfig listener : config.listeners()) {
            listeners.bind(listener);
        }
        runtime.announceListeners(listeners.advertised());
        runtime.announceLoad(load());
        runtime.scheduler().scheduleWithFixedDelay(this::eachSecond, 1, 1, TimeUnit.SECONDS);
        runtime.scheduler().scheduleWithFixedDelay(gateway.heartbeats()::refresh, 1, 1, TimeUnit.SECONDS);
        listening = true;
    }

    private void eachSecond() {
        runtime.announceLoad(load());
        memory.look();
        listeners.look();
    }

    private Load load() {
        return new Load(gateway.connections(), config.connectionsMax());
    }

    /** Where clients reach this room. */
    public List<Advertised> advertised() {
        return listeners.advertised();
    }

    /**
     * Where a load tool in the room's own process lets in channels of a transport of its own; see {@link Listeners#take}. No
     * configuration leads here.
     *
     * @throws IllegalStateException where the room is not bare
     */
    public Consumer<Channel> entrance() {
        if (!config.bare().enabled()) {
            throw new IllegalStateException("bare.apps: none (expected: a bare room, where channels are simulated)");
        }
        return listeners::take;
    }

    /** Open connections. */
    public int connections() {
        return gateway.connections();
    }

    @Override
    public boolean ready() {
        return listening && surroundings.ready().getAsBoolean();
    }

    /** Where SIGTERM is to drain: has everybody leave first. */
    @Override
    public void drain() throws Exception {
        stopping = true;
        if (config.move().drainOnStop()) {
            Duration longest = config.move().drainLimit().plus(config.move().announceTime());
            try {
                moves.drain().get(longest.toMillis() + DRAIN_SLACK_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                log.warn("the drain did not end in time connections={}", gateway.connections());
            }
        }
    }

    /** Takes no more clients, ends those that are there, and lets their goodbyes and acks reach the other services. */
    @Override
    public void stop(Duration limit) throws InterruptedException {
        listening = false;
        bans.close();
        long endNs = System.nanoTime() + limit.toNanos();
        listeners.close();
        gateway.stop();
        while (System.nanoTime() < endNs && !quiet()) {
            TimeUnit.MILLISECONDS.sleep(STOP_LOOK_MS);
        }
        log.info(
                "stopped connections={} unregistered={}",
                gateway.connections(),
                gateway.registrar().backlog());
        surroundings.close().run();
    }

    private boolean quiet() {
        int unconfirmed = gateway.deliveries().stream()
                .mapToInt(DeliveryLoop::unconfirmedAcks)
                .sum();
        return gateway.connections() == 0
                && unconfirmed == 0
                && banSink.waiting() == 0
                && gateway.registrar().isQuiet();
    }

    public static void main(String[] args) {
        ServiceMain.run("room", RoomConfig.class, args, RoomServer::new);
    }
}

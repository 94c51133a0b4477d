package io.carillon.runtime.node;

import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.admin.AdminEndpoint;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.discovery.Discovery;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.discovery.StaticDiscovery;
import io.carillon.runtime.discovery.ZooKeeperDiscovery;
import io.carillon.runtime.metrics.RpcMeters;
import io.carillon.runtime.metrics.RuntimeMetric;
import io.carillon.runtime.peers.Peers;
import io.carillon.runtime.settings.AppSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service is given: who this process is, the others, the event loops, metrics and the admin endpoint. Owned by
 * {@link ServiceMain}, which starts and stops it around the service; tests make one of their own. Thread-safe.
 */
public final class NodeRuntime implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NodeRuntime.class);
    private static final long LOAD_INTERVAL_S = 10;
    private static final long CLOCK_OFFSET_MS_MAX = 30_000;

    private final String role;
    private final NodeConfig config;
    private final RpcIdentity identity;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final EventLoopGroup loops;
    private final ScheduledExecutorService scheduler;
    private final ExecutorService notifier;
    private final RpcMeters rpcMeters;
    private final RpcClient rpcClient;
    private final Discovery discovery;
    private final AdminEndpoint admin;
    private final RetryBudget retries;
    private final Map<String, Peers> peers = new ConcurrentHashMap<>();
    private @Nullable AppSettings settings;
    private @Nullable RpcServer rpcServer;
    private @Nullable Service service;
    private volatile @Nullable NodeRecord announced;
    private volatile List<NodeRecord.Advertised> listeners = List.of();
    private volatile NodeRecord.Load load = NodeRecord.Load.NONE;
    private volatile String http = "";
    private volatile boolean stopping;
    private volatile boolean draining;
    private volatile Runnable onEndWanted = () -> {};

    public NodeRuntime(String role, NodeConfig config) throws InterruptedException {
        this.role = role;
        this.config = config;
        identity = new RpcIdentity(role, config.name(), System.currentTimeMillis(), Release.version());
        int threads =
                config.eventLoopThreads() == 0 ? Runtime.getRuntime().availableProcessors() : config.eventLoopThreads();
        loops = Transports.newEventLoopGroup(threads, role);
        scheduler = new DutyScheduler(role + "-scheduler");
        notifier = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(role + "-peers").daemon().factory());
        rpcMeters = new RpcMeters(meters);
        RpcConfig rpc = RpcConfig.defaults();
        rpcClient = new RpcClient(rpc, identity, config.rpcSecret(), loops, rpcMeters);
        retries = new RetryBudget(rpc.retryShare());
        admin = new AdminEndpoint(config.admin(), meters, this::reasonsNotReady, config.adminKey());
        discovery = config.discovery().zookeeper().isEmpty()
                ? new StaticDiscovery(config.discovery().nodes())
                : new ZooKeeperDiscovery(config.discovery(), config.cluster(), config.dataPath());
        bindJvmMetrics();
    }

    public RpcIdentity identity() {
        return identity;
    }

    public NodeConfig config() {
        return config;
    }

    public MeterRegistry meters() {
        return meters;
    }

    public Discovery discovery() {
        return discovery;
    }

    /** For RPC and whatever else does not block. */
    public EventLoopGroup loops() {
        return loops;
    }

    /** One thread, for short work. */
    public ScheduledExecutorService scheduler() {
        return scheduler;
    }

    /** Its health, readiness and metrics can be served by other HTTP servers of the process too. */
    public AdminEndpoint admin() {
        return admin;
    }

    /** The other processes of a role; followed from the first call on. */
    public Peers peers(String ofRole) {
        return peers.computeIfAbsent(ofRole, any -> {
            Peers followed = new Peers(
                    ofRole,
                    ofRole.equals(role) ? config.name() : "",
                    config.site(),
                    rpcClient::open,
                    retries,
                    notifier);
            discovery.follow(ofRole, followed.follower());
            return followed;
        });
    }

    /** The apps; followed from the first call on. */
    public synchronized AppSettings settings() {
        if (settings == null) {
            settings = new AppSettings(config.dataPath(), peers("saver"), scheduler);
            settings.start();
        }
        return settings;
    }

    /** Where clients reach this room; told to discovery with the next announcement. */
    public void announceListeners(List<NodeRecord.Advertised> addresses) {
        listeners = List.copyOf(addresses);
    }

    /** What this process carries; told to discovery on a change of 5 % at once, else every 10 s where it changed. */
    public void announceLoad(NodeRecord.Load now) {
        NodeRecord.Load before = load;
        load = now;
        NodeRecord record = announced;
        long step = Math.max(1, before.capacity() / 20);
        if (record != null && Math.abs(now.connections() - record.load().connections()) >= step) {
            scheduler.execute(this::announce);
        }
    }

    /** Base URL of this process's public HTTP API. */
    public void announceHttp(String url) {
        http = url;
    }

    /**
     * Tells discovery that this process takes nothing new, or takes it again. Those who know of it go on talking to it.
     * Blocks while discovery is told.
     */
    public void announceDraining(boolean now) {
        draining = now;
        announce();
    }

    /** The service has done what it was for: the process ends in order, where it is one of its own. */
    public void requestEnd() {
        onEndWanted.run();
    }

    void onEndWanted(Runnable action) {
        onEndWanted = action;
    }

    /** Starts the service, then listens, then announces: in this order, so that nobody is sent to what is not there. */
    void run(Service toRun) throws Exception {
        service = toRun;
        admin.start();
        RpcServer.Builder builder = RpcServer.builder(RpcConfig.defaults(), identity, config.rpcSecret(), loops);
        builder.observer(rpcMeters);
        toRun.register(builder);
        toRun.start();
        RpcServer bound = builder.bind(config.rpc().toSocketAddress());
        rpcServer = bound;
        announce();
        scheduler.scheduleWithFixedDelay(this::announceIfChanged, LOAD_INTERVAL_S, LOAD_INTERVAL_S, TimeUnit.SECONDS);
        log.info(
                "started role={} name={} incarnation={} rpc={} admin={} transport={}",
                role,
                config.name(),
                identity.incarnation(),
                bound.address(),
                admin.address(),
                Transports.describe());
    }

    /**
     * Discovery first, then the service, then what it stood on. Bounded by the configured time, behind the service's own
     * drain.
     */
    void stop() {
        stopping = true;
        announce();
        Service running = service;
        if (running != null) {
            step("drain", running::drain);
        }
        long endNs = System.nanoTime() + config.stopTimeout().toNanos();
        step("withdraw", discovery::withdraw);
        if (running != null) {
            step("service", () -> running.stop(left(endNs)));
        }
        RpcServer server = rpcServer;
        if (server != null) {
            step("rpc", () -> server.stop(left(endNs)));
        }
        close();
    }

    @Override
    public void close() {
        AppSettings followed = settings;
        if (followed != null) {
            followed.close();
        }
        peers.values().forEach(Peers::close);
        step("discovery", discovery::close);
        step("rpc client", rpcClient::close);
        step("admin", admin::close);
        scheduler.shutdownNow();
        notifier.shutdownNow();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        meters.close();
    }

    private static Duration left(long endNs) {
        return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(100), endNs - System.nanoTime()));
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void step(String what, Step step) {
        try {
            step.run();
        } catch (Exception e) {
            log.warn("stopping {} failed, going on", what, e);
        }
    }

    private void announceIfChanged() {
        NodeRecord before = announced;
        if (before != null && !before.load().equals(load)) {
            announce();
        }
    }

    private synchronized void announce() {
        RpcServer server = rpcServer;
        if (server == null) {
            return;
        }
        InetSocketAddress rpc = server.address();
        String host = config.rpcAdvertisedHost().isEmpty() ? config.rpc().host() : config.rpcAdvertisedHost();
        NodeRecord record = new NodeRecord(
                role,
                config.name(),
                config.site(),
                config.pool(),
                config.weight(),
                identity.release(),
                identity.incarnation(),
                new HostPort(host, rpc.getPort()).toString(),
                "http://" + new HostPort(config.admin().host(), admin.address().getPort()),
                http,
                listeners,
                load,
                stopping || draining);
        try {
            discovery.announce(record);
            announced = record;
        } catch (Exception e) {
            log.warn("announcement failed", e);
        }
    }

    private List<String> reasonsNotReady() {
        List<String> reasons = new ArrayList<>();
        if (stopping) {
            reasons.add("stopping");
        } else if (draining) {
            reasons.add("draining");
        }
        if (announced == null) {
            reasons.add("starting");
        }
        long clockOffsetMs = medianClockOffsetMs();
        if (Math.abs(clockOffsetMs) > CLOCK_OFFSET_MS_MAX) {
            reasons.add("the clock is " + clockOffsetMs + " ms off the median of the peers");
        }
        AppSettings followed = settings;
        if (followed != null && !followed.known()) {
            reasons.add("settings are not known yet");
        }
        Service running = service;
        if (running == null || !running.ready()) {
            reasons.add(role + " is not ready");
        }
        return reasons;
    }

    private long medianClockOffsetMs() {
        long[] offsets = peers.values().stream()
                .flatMap(followed -> followed.all().stream())
                .filter(RpcPeer::connected)
                .mapToLong(RpcPeer::clockOffsetMs)
                .sorted()
                .toArray();
        return offsets.length == 0 ? 0 : offsets[offsets.length / 2];
    }

    private void bindJvmMetrics() {
        new JvmMemoryMetrics().bindTo(meters);
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider buffers) {
            RuntimeMetric.NETTY_DIRECT.gauge(meters, () -> buffers.metric().usedDirectMemory());
        }
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new FileDescriptorMetrics().bindTo(meters);
        // Listens for pauses as long as the process lives; there is nothing to close before its end.
        @SuppressWarnings("resource")
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(meters);
    }
}

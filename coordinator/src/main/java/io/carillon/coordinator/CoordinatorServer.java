package io.carillon.coordinator;

import io.carillon.contract.App;
import io.carillon.contract.NodeRef;
import io.carillon.coordinator.uplink.DeliveryBounds;
import io.carillon.coordinator.uplink.DeliveryLoop;
import io.carillon.coordinator.uplink.RetrySchedule;
import io.carillon.coordinator.uplink.UplinkApps;
import io.carillon.coordinator.uplink.UplinkDesk;
import io.carillon.coordinator.uplink.UplinkPost;
import io.carillon.coordinator.uplink.UplinkStore;
import io.carillon.coordinator.uplink.WebhookBatches;
import io.carillon.coordinator.webhook.WebhookBounds;
import io.carillon.coordinator.webhook.WebhookClient;
import io.carillon.rpc.RpcServer;
import io.carillon.runtime.config.Durations;
import io.carillon.runtime.contract.CoordinatorMethods;
import io.carillon.runtime.node.NodeRuntime;
import io.carillon.runtime.node.Service;
import io.carillon.runtime.node.ServiceMain;
import io.carillon.runtime.peers.Peers;
import io.carillon.runtime.settings.AppSettings;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The wiring of a coordinator: the desk for rooms, and the loop that brings uplinks and events to the businesses. */
public final class CoordinatorServer implements Service {
    private static final Logger log = LoggerFactory.getLogger(CoordinatorServer.class);
    private static final int RESOLVER_THREADS = 4;
    /** What one endpoint may have of what is in hand: a part in so many. */
    private static final int ENDPOINT_SHARE = 4;

    private static final int RESOLVER_WAITING_MAX = 4_096;
    private static final long STOP_STEP_MS = 20;

    private final Peers savers;
    private final AppSettings settings;
    private final ExecutorService resolver;
    private final WebhookClient webhooks;
    private final DeliveryLoop loop;
    private final UplinkDesk desk;
    /** Of the apps' settings that were heard of last. */
    private Map<String, Long> versions = Map.of();

    public CoordinatorServer(NodeRuntime runtime, CoordinatorConfig config) {
        savers = runtime.peers("saver");
        settings = runtime.settings();
        CoordinatorMeters meters = new CoordinatorMeters(runtime.meters());
        UplinkApps apps = new SettingsApps(settings);
        UplinkStore store = new SaverUplinkStore(savers, config.storeTimeout());
        resolver = resolver();
        webhooks = new WebhookClient(webhookBounds(config), Clock.systemUTC(), resolver);
        WebhookBatches batches = new WebhookBatches(
                webhooks,
                runtime.scheduler(),
                Clock.systemUTC(),
                Math.max(1, config.uplinksInHandMax() / ENDPOINT_SHARE));
        DeliveryBounds bounds = new DeliveryBounds(
                config.uplinksInHandMax(),
                config.uplinkLease(),
                config.connectTimeout().plus(config.responseTimeout()),
                config.pollInterval());
        NodeRef self = NodeRef.newBuilder()
                .setName(runtime.config().name())
                .setIncarnation(runtime.identity().incarnation())
                .build();
        loop = new DeliveryLoop(
                store,
                new UplinkPost(apps, webhooks, batches),
                new RetrySchedule(pauses(config, RetrySchedule.STANDARD), new SecureRandom()),
                new RetrySchedule(pauses(config, RetrySchedule.PRESENCE), new SecureRandom()),
                bounds,
                self,
                runtime.scheduler(),
                System::nanoTime,
                meters);
        desk = new UplinkDesk(apps, store, webhooks::gone, config.uplinksStoringMax(), loop::wake, meters);
        CoordinatorMetric.UPLINKS_IN_HAND.gauge(runtime.meters(), loop::inHand);
    }

    /** Arguments: {@code --config FILE}, {@code --name NAME}. */
    public static void main(String[] args) {
        ServiceMain.run("coordinator", CoordinatorConfig.class, args, CoordinatorServer::new);
    }

    private static WebhookBounds webhookBounds(CoordinatorConfig config) {
        return new WebhookBounds(
                config.connectTimeout(),
                config.responseTimeout(),
                config.responseBytesMax().toIntBytes(),
                config.endpointCallsMax(),
                config.endpointWaitingMax(),
                config.allowPrivateEndpoints());
    }

    private static List<Duration> pauses(CoordinatorConfig config, List<Duration> otherwise) {
        return config.retryPauses().isEmpty()
                ? otherwise
                : config.retryPauses().stream().map(Durations::parse).toList();
    }

    /** Name resolution blocks; beyond what may wait, a delivery fails and is tried again later. */
    private static ExecutorService resolver() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                RESOLVER_THREADS,
                RESOLVER_THREADS,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(RESOLVER_WAITING_MAX),
                Thread.ofPlatform().name("resolver-", 0).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public void register(RpcServer.Builder rpc) {
        rpc.handle(CoordinatorMethods.UPLINK, desk);
    }

    @Override
    public void start() {
        settings.listen(this::reopenChanged);
        loop.start();
    }

    /** Called for one change after the other. */
    private void reopenChanged() {
        Map<String, Long> now = new HashMap<>();
        for (App app : settings.apps()) {
            now.put(app.getId(), app.getVersion());
            if (!Objects.equals(versions.get(app.getId()), app.getVersion())) {
                webhooks.reopen(app.getId());
            }
        }
        versions = now;
    }

    @Override
    public boolean ready() {
        return savers.any() != null;
    }

    /** Waits for what is in hand; what does not end in time is taken by another coordinator after its lease. */
    @Override
    public void stop(Duration limit) throws Exception {
        loop.stop();
        long endNs = System.nanoTime() + limit.toNanos();
        while (loop.inHand() > 0 && System.nanoTime() < endNs) {
            TimeUnit.MILLISECONDS.sleep(STOP_STEP_MS);
        }
        if (loop.inHand() > 0) {
            log.warn("uplinks in_hand={} are left to their leases", loop.inHand());
        }
        webhooks.close();
        resolver.shutdownNow();
    }
}

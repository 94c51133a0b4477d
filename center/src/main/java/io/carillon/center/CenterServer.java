package io.carillon.center;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.carillon.center.app.AppCounters;
import io.carillon.center.app.AppDirectory;
import io.carillon.center.app.AppRows;
import io.carillon.center.app.ClientTokens;
import io.carillon.center.app.Credentials;
import io.carillon.center.app.DeliveryShares;
import io.carillon.center.app.Quotas;
import io.carillon.center.broadcast.AudienceCounter;
import io.carillon.center.broadcast.BroadcastPost;
import io.carillon.center.broadcast.BroadcastRunner;
import io.carillon.center.broadcast.RunBounds;
import io.carillon.center.fleet.Fleet;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.http.ApiBounds;
import io.carillon.center.http.ApiParts;
import io.carillon.center.http.HttpApi;
import io.carillon.center.kick.FilterKick;
import io.carillon.center.kick.UserKick;
import io.carillon.center.message.MessageIds;
import io.carillon.center.message.MessagePost;
import io.carillon.center.message.MessageStore;
import io.carillon.center.message.OfflineReceipts;
import io.carillon.center.message.ScheduleRunner;
import io.carillon.center.message.StoreBounds;
import io.carillon.center.move.RoomMoves;
import io.carillon.center.route.DueDesk;
import io.carillon.center.route.GatherBounds;
import io.carillon.center.route.Router;
import io.carillon.contract.App;
import io.carillon.contract.NodeRef;
import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcServer;
import io.carillon.runtime.config.ConfigException;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.contract.CenterMethods;
import io.carillon.runtime.node.NodeRuntime;
import io.carillon.runtime.node.Service;
import io.carillon.runtime.node.ServiceMain;
import io.carillon.runtime.peers.Peers;
import io.carillon.runtime.settings.AppSettings;
import io.carillon.runtime.timeout.UniformTimeout;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wiring of a center: the HTTP API over savers, registers and rooms, the desk for due users,
 * and this center's share of broadcasts and of messages for later.
 */
public final class CenterServer implements Service {
    private static final Logger log = LoggerFactory.getLogger(CenterServer.class);

    private final NodeRuntime runtime;
    private final CenterConfig config;
    private final Peers savers;
    private final AppSettings settings;
    private final AppDirectory apps = new AppDirectory();
    private final Clock clock = Clock.systemUTC();
    private final DueDesk dueDesk;
    private final HttpApi api;
    private final ScheduleRunner schedule;
    private final BroadcastRunner broadcasts;
    private final Server http;

    public CenterServer(NodeRuntime runtime, CenterConfig config) {
        this.runtime = runtime;
        this.config = config;
        savers = runtime.peers("saver");
        settings = runtime.settings();
        CenterMeters meters = new CenterMeters(runtime.meters());
        Fleet fleet = new PeerFleet(
                runtime.config().name(),
                runtime.discovery(),
                savers,
                runtime.peers("register"),
                runtime.peers("room"),
                runtime.peers("center"));
        Router router = new Router(fleet, config.routeTimeout(), gatherBounds(config), meters);
        dueDesk = new DueDesk(router);
        RetryBudget budget = new RetryBudget(RpcConfig.defaults().retryShare());
        SaverClient saverClient = new SaverClient(fleet, budget, config.storeAttemptTimeout());
        DeliveryShares batches = new DeliveryShares(fleet::centers, System::nanoTime);
        Quotas quotas = new Quotas(fleet::centers, System::nanoTime, batches);
        MessageIds ids = ids();
        MessagePost post = post(fleet, budget, saverClient, ids, router, meters);
        api = api(fleet, saverClient, quotas, ids, post, router, meters);
        schedule = schedule(saverClient, post, quotas, meters);
        broadcasts = broadcasts(fleet, budget, batches, meters);
        CenterMetric.HTTP_IN_FLIGHT.gauge(runtime.meters(), api::inFlight);
        CenterMetric.BROADCAST_TASKS.gauge(runtime.meters(), broadcasts::tasks);
        http = server();
    }

    /** Arguments: {@code --config FILE}, {@code --name NAME}. */
    public static void main(String[] args) {
        ServiceMain.run("center", CenterConfig.class, args, CenterServer::new);
    }

    private MessageIds ids() {
        byte[] secret = runtime.config().rpcSecret().getBytes(StandardCharsets.UTF_8);
        return new MessageIds(secret, clock, new SecureRandom());
    }

    private MessagePost post(
            Fleet fleet,
            RetryBudget budget,
            SaverClient saverClient,
            MessageIds ids,
            Router router,
            CenterMeters meters) {
        String name = runtime.config().name();
        return new MessagePost(
                ids,
                saverClient,
                new MessageStore(fleet, budget, storeBounds(config), runtime.scheduler(), System::nanoTime, name),
                router,
                clock,
                new UniformTimeout(runtime.scheduler(), config.onlineWait()),
                meters,
                new OfflineReceipts(saverClient, apps::wantsReceipts, clock));
    }

    private ScheduleRunner schedule(SaverClient saverClient, MessagePost post, Quotas quotas, CenterMeters meters) {
        return new ScheduleRunner(
                saverClient,
                post,
                (app, deliveries) -> {
                    App row = apps.app(app);
                    return row == null ? 0 : quotas.takeDeliveries(row, deliveries);
                },
                clock,
                runtime.scheduler(),
                self(),
                config.scheduleInterval(),
                config.scheduleLease(),
                meters);
    }

    private BroadcastRunner broadcasts(Fleet fleet, RetryBudget budget, DeliveryShares batches, CenterMeters meters) {
        // Two attempts of a tick end within the lease.
        Duration callTimeout = config.broadcastLease().dividedBy(3);
        return new BroadcastRunner(
                fleet,
                new SaverClient(fleet, budget, callTimeout),
                self(),
                new RunBounds(
                        config.broadcastInterval(),
                        config.broadcastLease(),
                        callTimeout,
                        config.broadcastTasksMax(),
                        config.routeCallEntriesMax(),
                        config.routeCallBytesMax().bytes()),
                runtime.scheduler(),
                System::nanoTime,
                batches,
                meters);
    }

    private NodeRef self() {
        return NodeRef.newBuilder()
                .setName(runtime.config().name())
                .setIncarnation(runtime.identity().incarnation())
                .build();
    }

    private HttpApi api(
            Fleet fleet,
            SaverClient saverClient,
            Quotas quotas,
            MessageIds ids,
            MessagePost post,
            Router router,
            CenterMeters meters) {
        ApiParts parts = new ApiParts(
                post,
                new BroadcastPost(ids, saverClient, clock, runtime.config().name()),
                new AudienceCounter(fleet, saverClient, config.routeTimeout()),
                router,
                saverClient,
                fleet,
                apps,
                new AppRows(saverClient, apps),
                quotas,
                new AppCounters(),
                new ClientTokens(clock),
                new Credentials(new SecureRandom()),
                new UserKick(saverClient, router, fleet, config.routeTimeout()),
                new FilterKick(ids, saverClient, clock),
                new RoomMoves(fleet, config.routeTimeout()),
                config.adminKey(),
                runtime.config().name(),
                clock,
                clock.instant(),
                runtime.admin().health(),
                runtime.admin().readiness(),
                runtime.admin().metrics());
        ApiBounds bounds = new ApiBounds(
                config.requestsInFlightMax(),
                config.requestBytesInFlightMax().bytes(),
                config.requestBytesMax().bytes(),
                config.requestTimeout());
        return new HttpApi(parts, bounds, meters);
    }

    private static StoreBounds storeBounds(CenterConfig config) {
        return new StoreBounds(
                config.storeDeadline(),
                config.storeAttemptTimeout(),
                config.storeAttemptsMax(),
                config.storeCallMessagesMax(),
                config.storeCallBytesMax().bytes(),
                config.storeCallsInFlightMax());
    }

    private static GatherBounds gatherBounds(CenterConfig config) {
        return new GatherBounds(
                config.routeCallEntriesMax(),
                config.routeCallBytesMax().bytes(),
                config.routeWaitingEntriesMax(),
                config.routeWaitingBytesMax().bytes());
    }

    private Server server() {
        ServerBuilder builder = Server.builder();
        InetSocketAddress address = config.http().toSocketAddress();
        if (config.tls()) {
            File certificate = file("tls-certificate", config.tlsCertificate());
            builder.https(address).tls(TlsKeyPair.of(file("tls-key", config.tlsKey()), certificate));
        } else {
            builder.http(address);
        }
        builder.maxNumConnections(config.connectionsMax());
        builder.gracefulShutdownTimeout(Duration.ZERO, config.requestTimeout());
        api.addTo(builder);
        return builder.build();
    }

    private static File file(String name, String path) {
        File file = new File(path);
        if (!file.canRead()) {
            throw new ConfigException(name + ": " + path + " (expected: a file that can be read)");
        }
        return file;
    }

    @Override
    public void register(RpcServer.Builder rpc) {
        rpc.handle(CenterMethods.DUE, dueDesk);
    }

    @Override
    public void start() throws Exception {
        settings.listen(this::adoptSettings);
        adoptSettings();
        try {
            http.start().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw new ConfigException("http: " + config.http() + " can't be listened on: " + failure.getMessage());
            }
            throw e;
        }
        InetSocketAddress address = config.http().toSocketAddress();
        boolean loopback = address.getAddress() != null && address.getAddress().isLoopbackAddress();
        if (!config.tls() && !loopback) {
            log.warn("http={} has no certificate: keys and messages cross the network in clear", config.http());
        }
        schedule.start();
        broadcasts.start();
        runtime.announceHttp(url());
        log.info("listening url={}", url());
    }

    private void adoptSettings() {
        apps.replace(settings.version(), settings.apps());
    }

    /** Where the API is reached; after start. */
    String url() {
        if (!config.httpAdvertised().isEmpty()) {
            return config.httpAdvertised();
        }
        SessionProtocol protocol = config.tls() ? SessionProtocol.HTTPS : SessionProtocol.HTTP;
        return protocol.uriText() + "://" + new HostPort(config.http().host(), http.activeLocalPort());
    }

    @Override
    public boolean ready() {
        return savers.any() != null;
    }

    @Override
    public void stop(Duration limit) throws Exception {
        broadcasts.close();
        schedule.close();
        try {
            http.stop().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.warn("requests in_flight={} were cut off at the end of the stop's time", api.inFlight());
        }
    }
}

package io.carillon.center.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
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
import io.carillon.center.fleet.FakeFleet;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.kick.FilterKick;
import io.carillon.center.kick.UserKick;
import io.carillon.center.message.MessageIds;
import io.carillon.center.message.MessagePost;
import io.carillon.center.message.MessageStore;
import io.carillon.center.message.OfflineReceipts;
import io.carillon.center.message.StoreBounds;
import io.carillon.center.move.RoomMoves;
import io.carillon.center.route.GatherBounds;
import io.carillon.center.route.RouteFate;
import io.carillon.center.route.RouteListener;
import io.carillon.center.route.Router;
import io.carillon.contract.ApiKey;
import io.carillon.contract.App;
import io.carillon.contract.ClientKey;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutRequest;
import io.carillon.contract.PutResponse;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.rpc.RetryBudget;
import io.carillon.runtime.timeout.UniformTimeout;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The API on a real HTTP server on a free port, over a fleet in memory. */
final class ApiFixture implements AutoCloseable {
    /** The machine may be busy: nothing fails that is not meant to. */
    private static final Duration PATIENT = Duration.ofSeconds(60);

    static final String API_KEY = "an-api-key-of-demo";
    static final String ADMIN_KEY = "the-admin-key-of-the-test";
    static final String CLIENT_SECRET = "a client secret of enough bytes for HS256";
    static final App DEMO = App.newBuilder()
            .setId("demo")
            .addApiKeys(ApiKey.newBuilder().setId("1").setKeyHash(Credentials.hash(API_KEY)))
            .addClientKeys(ClientKey.newBuilder()
                    .setId("1")
                    .setAlgorithm("HS256")
                    .setSecret(ByteString.copyFromUtf8(CLIENT_SECRET)))
            .build();

    final FakeFleet fleet = new FakeFleet();
    final AppDirectory apps = new AppDirectory();
    final AtomicLong seq = new AtomicLong(1_000);
    final HttpApi api;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Server server;

    ApiFixture() {
        this(new ApiBounds(64, 1 << 26, 1 << 20, Duration.ofSeconds(30)));
    }

    ApiFixture(ApiBounds bounds) {
        apps.replace(1, List.of(DEMO));
        RetryBudget budget = new RetryBudget(1);
        IntStream.range(0, 10).forEach(ignored -> budget.onCall());
        SaverClient savers = new SaverClient(fleet, budget, PATIENT);
        Router router =
                new Router(fleet, PATIENT, new GatherBounds(1_000, 1 << 20, 10_000, 1 << 24), new NoRouteListener());
        StoreBounds store = new StoreBounds(PATIENT.multipliedBy(2), PATIENT, 3, 1_000, 1 << 20, 4);
        MessageIds ids = new MessageIds(
                "cluster secret".getBytes(StandardCharsets.UTF_8), Clock.systemUTC(), new SecureRandom());
        MessagePost post = new MessagePost(
                ids,
                savers,
                new MessageStore(fleet, budget, store, scheduler, System::nanoTime, "center-1"),
                router,
                Clock.systemUTC(),
                new UniformTimeout(scheduler, Duration.ofSeconds(1)),
                status -> {},
                new OfflineReceipts(savers, apps::wantsReceipts, Clock.systemUTC()));
        HttpService open = (context, request) -> HttpResponse.of(HttpStatus.OK);
        api = new HttpApi(
                new ApiParts(
                        post,
                        new BroadcastPost(ids, savers, Clock.systemUTC(), "center-1"),
                        new AudienceCounter(fleet, savers, PATIENT),
                        router,
                        savers,
                        fleet,
                        apps,
                        new AppRows(savers, apps),
                        new Quotas(
                                fleet::centers, System::nanoTime, new DeliveryShares(fleet::centers, System::nanoTime)),
                        new AppCounters(),
                        new ClientTokens(Clock.systemUTC()),
                        new Credentials(new SecureRandom()),
                        new UserKick(savers, router, fleet, PATIENT),
                        new FilterKick(ids, savers, Clock.systemUTC()),
                        new RoomMoves(fleet, Duration.ofSeconds(2)),
                        ADMIN_KEY,
                        "center-1",
                        Clock.systemUTC(),
                        Instant.EPOCH,
                        open,
                        open,
                        open),
                bounds,
                (route, status, durationNs) -> {});
        ServerBuilder builder = Server.builder().http(0);
        api.addTo(builder);
        server = builder.build();
        server.start().join();
    }

    /** Stores everything. */
    PutResponse storeAll(PutRequest request) {
        PutResponse.Builder response = PutResponse.newBuilder();
        for (PutEntry ignored : request.getEntriesList()) {
            response.addResults(PutResult.newBuilder()
                    .setStatus(PutStatus.PUT_STATUS_STORED)
                    .setSeq(seq.incrementAndGet())
                    .setInRedis(true)
                    .setInMysql(true)
                    .setStoredAtMs(System.currentTimeMillis()));
        }
        return response.build();
    }

    int port() {
        return server.activeLocalPort();
    }

    Answer post(String path, String body, String... headers) {
        return send("POST", path, body, API_KEY, headers);
    }

    Answer get(String path) {
        return send("GET", path, null, API_KEY);
    }

    Answer delete(String path) {
        return send("DELETE", path, null, API_KEY);
    }

    Answer admin(String method, String path, @Nullable String body) {
        return send(method, path, body, ADMIN_KEY);
    }

    Answer send(String method, String path, @Nullable String body, String key, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.activeLocalPort() + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("authorization", "Bearer " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    private Answer send(HttpRequest request) {
        try {
            java.net.http.HttpResponse<String> response =
                    client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
            return new Answer(response, new ObjectMapper().readTree(response.body()));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        // Not waited for: the server takes its quiet period of two seconds.
        server.stop();
        scheduler.shutdownNow();
        client.close();
    }

    /** What came back. */
    record Answer(java.net.http.HttpResponse<String> http, JsonNode json) {
        int status() {
            return http.statusCode();
        }

        String code() {
            return json.path("code").asText();
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }
    }

    private static final class NoRouteListener implements RouteListener {
        @Override
        public void onFate(RouteFate fate) {}

        @Override
        public void onGatherRefused(String role) {}

        @Override
        public void onCallFailed(String role, Throwable failure) {}
    }
}

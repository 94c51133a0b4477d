package io.carillon.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.center.app.Credentials;
import io.carillon.contract.ApiKey;
import io.carillon.contract.App;
import io.carillon.contract.BroadcastOrderResponse;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.BroadcastTickResponse;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.DeliverResponse;
import io.carillon.contract.DueOutcome;
import io.carillon.contract.DueRequest;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.NodeRef;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.contract.Presence;
import io.carillon.contract.PutResponse;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.contract.Route;
import io.carillon.contract.ScheduleDoneRequest;
import io.carillon.contract.ScheduleDoneResponse;
import io.carillon.contract.ScheduleTakeResponse;
import io.carillon.contract.ScheduledEntry;
import io.carillon.contract.ScheduledPost;
import io.carillon.contract.SettingsResponse;
import io.carillon.contract.Task;
import io.carillon.contract.TaskKey;
import io.carillon.contract.TaskState;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.config.ConfigException;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.contract.CenterMethods;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.node.NodeConfig;
import io.carillon.runtime.node.NodeRuntime;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole center over real RPC to a saver, a register and a room that live in this test. */
class CenterServerTest {
    private static final String SECRET = "a-secret-for-tests-only";
    private static final String KEY = "an-api-key-of-demo";

    @TempDir
    Path directory;

    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "test");
    private final List<RpcServer> servers = new ArrayList<>();
    private final List<DeliverRequest> delivered = new CopyOnWriteArrayList<>();
    private final List<BroadcastTickRequest> ticks = new CopyOnWriteArrayList<>();
    private final Queue<ScheduledPost> due = new ConcurrentLinkedQueue<>();
    private final List<ScheduleDoneRequest> settled = new CopyOnWriteArrayList<>();
    private final TaskKey task = TaskKey.newBuilder()
            .setBroadcast(ByteString.copyFromUtf8("a broadcast's id"))
            .setRoom(NodeRef.newBuilder().setName("room-1").setIncarnation(1))
            .setLeaseNumber(4)
            .build();
    private NodeRuntime runtime;
    private CenterServer center;

    @BeforeEach
    void start() throws Exception {
        int saver = bind("saver", "saver-1", rpc -> rpc.handle(
                        SaverMethods.SETTINGS,
                        (request, call) ->
                                request.getKnownVersion() == 5 ? new CompletableFuture<>() : done(settings()))
                .handle(
                        SaverMethods.PUT,
                        (request, call) -> done(PutResponse.newBuilder()
                                .addResults(PutResult.newBuilder()
                                        .setStatus(PutStatus.PUT_STATUS_STORED)
                                        .setSeq(42)
                                        .setInRedis(true))
                                .build()))
                .handle(SaverMethods.BROADCAST_TICK, (request, call) -> {
                    ticks.add(request);
                    return done(BroadcastTickResponse.newBuilder()
                            .addTasks(Task.newBuilder().setKey(task).setApp("demo"))
                            .build());
                })
                .handle(
                        SaverMethods.SCHEDULE_TAKE,
                        (request, call) -> done(
                                due.isEmpty()
                                        ? ScheduleTakeResponse.getDefaultInstance()
                                        : ScheduleTakeResponse.newBuilder()
                                                .addPosts(due.remove())
                                                .build()))
                .handle(SaverMethods.SCHEDULE_DONE, (request, call) -> {
                    settled.add(request);
                    return done(ScheduleDoneResponse.getDefaultInstance());
                }));
        int register = bind(
                "register",
                "register-1",
                rpc -> rpc.handle(
                        RegisterMethods.LOOKUP,
                        (request, call) -> done(LookupResponse.newBuilder()
                                .addResults(LookupResult.newBuilder()
                                        .setPresence(Presence.PRESENCE_ONLINE)
                                        .setRoute(Route.newBuilder().setRoom("room-1")))
                                .build())));
        int room = bind("room", "room-1", rpc -> rpc.handle(RoomMethods.DELIVER, (request, call) -> {
                    delivered.add(request);
                    return done(DeliverResponse.newBuilder()
                            .addOutcomes(DeliverOutcome.DELIVER_OUTCOME_WRITTEN)
                            .build());
                })
                .handle(
                        RoomMethods.BROADCAST_ORDER,
                        (request, call) -> done(BroadcastOrderResponse.newBuilder()
                                .addResults(OrderResult.newBuilder()
                                        .setOutcome(OrderOutcome.ORDER_OUTCOME_TAKEN)
                                        .setState(TaskState.TASK_STATE_WALKING)
                                        .setWritten(5))
                                .build())));
        String nodes = "[{role: saver, name: saver-1, rpc: '127.0.0.1:" + saver
                + "'}, {role: register, name: register-1, rpc: '127.0.0.1:" + register
                + "'}, {role: room, name: room-1, rpc: '127.0.0.1:" + room + "'}]";
        NodeConfig node = ConfigLoader.parse(
                NodeConfig.class,
                "{name: center-1, rpc-secret: " + SECRET + ", data-directory: '" + directory
                        + "', event-loop-threads: 1, discovery: {nodes: " + nodes + "}}");
        Files.createDirectories(node.dataPath());
        runtime = new NodeRuntime("center", node);
        center = new CenterServer(runtime, config("http: '127.0.0.1:0'"));
        center.start();
        await().until(() -> center.ready()
                && Stream.of("saver", "register", "room")
                        .flatMap(role -> runtime.peers(role).all().stream())
                        .allMatch(RpcPeer::connected));
    }

    @AfterEach
    void stop() throws Exception {
        center.stop(Duration.ofMillis(10));
        runtime.close();
        servers.forEach(server -> server.stop(Duration.ZERO));
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void storesAndDeliversOverRpc() throws Exception {
        await().until(() -> post().statusCode() != 401);
        HttpResponse<String> answer = post();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"seq\":42").contains("\"copies\":[\"redis\"]");
        await().until(() -> !delivered.isEmpty());
        assertThat(delivered.getFirst().getEntries(0).getSeq()).isEqualTo(42);
        assertThat(runtime.meters().get("carillon.center.messages").counter().count())
                .isPositive();
    }

    @Test
    void tellsRoomsToLoadWhatIsDue() throws Exception {
        int rpc = bind("center", "center-1", center::register);
        try (RpcClient client =
                new RpcClient(RpcConfig.defaults(), new RpcIdentity("saver", "saver-1", 1, "test"), SECRET, loops)) {
            RpcPeer peer = client.open("center-1", new InetSocketAddress(InetAddress.getLoopbackAddress(), rpc));
            await().until(peer::connected);
            DueRequest request = DueRequest.newBuilder()
                    .addUsers(UserKey.newBuilder().setApp("demo").setUser("ann"))
                    .build();

            assertThat(peer.call(CenterMethods.DUE, request, Duration.ofSeconds(60))
                            .join()
                            .getOutcomesList())
                    .containsExactly(DueOutcome.DUE_OUTCOME_HINTED);
            await().until(() -> !delivered.isEmpty());
            assertThat(delivered.getFirst().getEntries(0).getHint()).isTrue();
        }
    }

    @Test
    void servesHttpsAndNothingElseWhereItHasACertificate() throws Exception {
        ServerCertificate made = ServerCertificate.make(directory);
        CenterServer secure = new CenterServer(
                runtime,
                config("http: '127.0.0.1:0'\ntls-certificate: " + made.certificate() + "\ntls-key: " + made.key()));
        secure.start();
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(made.trust()).build()) {
            assertThat(secure.url()).startsWith("https://127.0.0.1:");
            assertThat(get(client, secure.url()).statusCode()).isEqualTo(200);
            String plain = secure.url().replace("https", "http");
            assertThatThrownBy(() -> get(client, plain)).isInstanceOf(IOException.class);
        } finally {
            secure.stop(Duration.ofSeconds(1));
        }
    }

    private static HttpResponse<String> get(HttpClient client, String url) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "/openapi.json")).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void runsItsShareOfBroadcastsInTheRoomsThatAreUp() {
        await().until(() -> ticks.stream()
                .flatMap(tick -> tick.getReportsList().stream())
                .anyMatch(report -> report.getTask().equals(task) && report.getWritten() == 5));

        BroadcastTickRequest tick = ticks.getLast();
        assertThat(tick.getCenter().getName()).isEqualTo("center-1");
        assertThat(tick.getCenter().getIncarnation())
                .isEqualTo(runtime.identity().incarnation());
        assertThat(tick.getCentersList()).containsExactly("center-1");
        assertThat(tick.getRoomsList()).containsExactly(task.getRoom());
    }

    @Test
    void postsWhatIsDue() {
        ByteString requestId = ByteString.copyFromUtf8("a request's id..");
        due.add(ScheduledPost.newBuilder()
                .setRequestId(requestId)
                .setApp("demo")
                .setSendAtMs(System.currentTimeMillis())
                .addEntries(ScheduledEntry.newBuilder()
                        .setUser("ann")
                        .setMessageId(ByteString.copyFromUtf8("a message's id.."))
                        .setTtlMs(60_000)
                        .setMinCopies(1))
                .build());

        await().until(() -> !settled.isEmpty());
        assertThat(settled.getFirst().getRequestIdsList()).containsExactly(requestId);
        await().until(() -> !delivered.isEmpty());
    }

    @Test
    void saysInWordsThatItsPortIsTaken() {
        String taken = center.url().substring("http://".length());
        CenterServer second = new CenterServer(runtime, config("http: '" + taken + "'"));

        assertThatThrownBy(second::start).isInstanceOf(ConfigException.class).hasMessageContaining(taken);
    }

    @Test
    void refusesAConfigurationThatCantWork() {
        assertThatThrownBy(() -> ConfigLoader.parse(CenterConfig.class, "{}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("admin-key");
        assertThatThrownBy(() -> ConfigLoader.parse(CenterConfig.class, "admin-key: short"))
                .hasMessageContaining("admin-key: 5 characters (expected: at least 16)");
        assertThatThrownBy(() -> config("tls-key: /a/key.pem")).hasMessageContaining("tls-key");
        assertThatThrownBy(() -> config("store-deadline: 1s")).hasMessageContaining("store-deadline: 1s");
        assertThatThrownBy(() -> new CenterServer(runtime, config("tls-key: /no/key\ntls-certificate: /no/cert")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tls-certificate: /no/cert");
    }

    private HttpResponse<String> post() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(center.url() + "/v1/messages"))
                    .header("authorization", "Bearer " + KEY)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\"}"))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static CenterConfig config(String more) {
        return ConfigLoader.parse(CenterConfig.class, "admin-key: the-admin-key-of-the-test\n" + more);
    }

    private int bind(String role, String name, Consumer<RpcServer.Builder> methods) throws IOException {
        RpcServer.Builder builder =
                RpcServer.builder(RpcConfig.defaults(), new RpcIdentity(role, name, 1, "test"), SECRET, loops);
        methods.accept(builder);
        RpcServer server = builder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        servers.add(server);
        return server.address().getPort();
    }

    private static SettingsResponse settings() {
        return SettingsResponse.newBuilder()
                .setVersion(5)
                .setChanged(true)
                .addApps(App.newBuilder()
                        .setId("demo")
                        .addApiKeys(ApiKey.newBuilder().setKeyHash(Credentials.hash(KEY))))
                .build();
    }

    private static <T> CompletableFuture<T> done(T answer) {
        return CompletableFuture.completedFuture(answer);
    }
}

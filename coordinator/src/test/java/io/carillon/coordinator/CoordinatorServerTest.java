package io.carillon.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.App;
import io.carillon.contract.SettingsResponse;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEndpoint;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkPutResult;
import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import io.carillon.contract.UplinkResult;
import io.carillon.contract.UplinkSettleResponse;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeResponse;
import io.carillon.contract.Webhooks;
import io.carillon.coordinator.webhook.EndpointFixture;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.config.ConfigException;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.contract.CoordinatorMethods;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.node.NodeConfig;
import io.carillon.runtime.node.NodeRuntime;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole coordinator over real RPC, between a room and a saver that live in this test. */
class CoordinatorServerTest {
    private static final String SECRET = "a-secret-for-tests-only";

    @TempDir
    Path directory;

    private final EndpointFixture endpoint = new EndpointFixture();
    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "test");
    private final List<RpcServer> servers = new ArrayList<>();
    private final ConcurrentLinkedQueue<StoredUplink> queue = new ConcurrentLinkedQueue<>();
    private final List<UplinkSettlement> settled = new CopyOnWriteArrayList<>();
    private final AtomicLong ids = new AtomicLong();
    private NodeRuntime runtime;
    private CoordinatorServer coordinator;

    @BeforeEach
    void start() throws Exception {
        int saver = bind("saver", "saver-1", this::serveQueue);
        NodeConfig node = ConfigLoader.parse(
                NodeConfig.class,
                "{name: coordinator-1, rpc-secret: " + SECRET + ", data-directory: '" + directory
                        + "', event-loop-threads: 1, discovery: {nodes: [{role: saver, name: saver-1,"
                        + " rpc: '127.0.0.1:" + saver + "'}]}}");
        Files.createDirectories(node.dataPath());
        runtime = new NodeRuntime("coordinator", node);
        coordinator = new CoordinatorServer(
                runtime, ConfigLoader.parse(CoordinatorConfig.class, "allow-private-endpoints: true"));
        coordinator.start();
        await().until(() -> coordinator.ready() && runtime.settings().known());
    }

    @AfterEach
    void stop() throws Exception {
        coordinator.stop(Duration.ofSeconds(1));
        runtime.close();
        endpoint.close();
        servers.forEach(server -> server.stop(Duration.ZERO));
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void bringsAnUplinkFromARoomToTheBusiness() throws Exception {
        int rpc = bind("coordinator", "coordinator-1", coordinator::register);
        try (RpcClient client =
                new RpcClient(RpcConfig.defaults(), new RpcIdentity("room", "room-1", 1, "test"), SECRET, loops)) {
            RpcPeer peer = client.open("coordinator-1", new InetSocketAddress(InetAddress.getLoopbackAddress(), rpc));
            await().until(peer::connected);
            UplinkEntry entry = UplinkEntry.newBuilder()
                    .setApp("demo")
                    .setUser("ann")
                    .setForwardType("chat")
                    .setClientId("c1")
                    .setPayload(ByteString.copyFromUtf8("hi"))
                    .build();

            UplinkResponse response = peer.call(
                            CoordinatorMethods.UPLINK,
                            UplinkRequest.newBuilder().addEntries(entry).build(),
                            Duration.ofSeconds(60))
                    .join();

            assertThat(response.getResultsList()).containsExactly(UplinkResult.getDefaultInstance());
            await().until(() -> !settled.isEmpty());
            assertThat(settled.getFirst().getFate()).isEqualTo(UplinkFate.UPLINK_FATE_DELIVERED);
            assertThat(endpoint.received.getFirst().contentUtf8()).contains("\"payload_base64\":\"aGk=\"");
        }
    }

    @Test
    void refusesAConfigurationThatCantWork() {
        assertThatThrownBy(() -> ConfigLoader.parse(CoordinatorConfig.class, "uplink-lease: 10s"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("uplink-lease: 10s");
        assertThatThrownBy(() -> ConfigLoader.parse(CoordinatorConfig.class, "retry-pauses: [5]"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("5 (expected: a duration");
        assertThatThrownBy(() -> ConfigLoader.parse(CoordinatorConfig.class, "endpoint-calls-max: 0"))
                .hasMessageContaining("endpoint-calls-max: 0");
    }

    private void serveQueue(RpcServer.Builder rpc) {
        rpc.handle(
                SaverMethods.SETTINGS,
                (request, call) -> request.getKnownVersion() == 5 ? new CompletableFuture<>() : done(settings()));
        rpc.handle(SaverMethods.UPLINK_PUT, (request, call) -> {
            UplinkPutResponse.Builder response = UplinkPutResponse.newBuilder();
            request.getEntriesList().forEach(entry -> {
                queue.add(StoredUplink.newBuilder()
                        .setId(Long.toString(ids.incrementAndGet()))
                        .setEntry(entry)
                        .build());
                response.addResults(UplinkPutResult.newBuilder().setStored(true));
            });
            return done(response.build());
        });
        rpc.handle(SaverMethods.UPLINK_TAKE, (request, call) -> {
            UplinkTakeResponse.Builder response = UplinkTakeResponse.newBuilder();
            StoredUplink next = queue.poll();
            if (next != null) {
                response.addUplinks(next);
            }
            return done(response.build());
        });
        rpc.handle(SaverMethods.UPLINK_SETTLE, (request, call) -> {
            settled.addAll(request.getSettlementsList());
            return done(UplinkSettleResponse.getDefaultInstance());
        });
    }

    private SettingsResponse settings() {
        return SettingsResponse.newBuilder()
                .setVersion(5)
                .setChanged(true)
                .addApps(App.newBuilder()
                        .setId("demo")
                        .setWebhooks(Webhooks.newBuilder()
                                .addUplinks(UplinkEndpoint.newBuilder().setUrl(endpoint.url("/hook")))
                                .addSecrets(EndpointFixture.SECRET)))
                .build();
    }

    private int bind(String role, String name, Consumer<RpcServer.Builder> methods) throws IOException {
        RpcServer.Builder builder =
                RpcServer.builder(RpcConfig.defaults(), new RpcIdentity(role, name, 1, "test"), SECRET, loops);
        methods.accept(builder);
        RpcServer server = builder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        servers.add(server);
        return server.address().getPort();
    }

    private static <T> CompletableFuture<T> done(T answer) {
        return CompletableFuture.completedFuture(answer);
    }
}

package io.carillon.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.BucketDigest;
import io.carillon.contract.LookupRequest;
import io.carillon.contract.LookupResult;
import io.carillon.contract.NodeRef;
import io.carillon.contract.Presence;
import io.carillon.contract.RegisterRequest;
import io.carillon.contract.RegisterResult;
import io.carillon.contract.ReplacedEntry;
import io.carillon.contract.ReplacedResponse;
import io.carillon.contract.SessionEntry;
import io.carillon.contract.UserKey;
import io.carillon.contract.WholenessRequest;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.node.NodeConfig;
import io.carillon.runtime.node.NodeRuntime;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A register as it runs, and rooms that are test doubles over real RPC connections. */
class RegisterServerIT {
    private static final String SECRET = "a-secret-for-tests-only";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "rooms");
    private Room roomA = new Room("room-a", 1, 0);
    private final Room roomB = new Room("room-b", 1, 0);
    private @Nullable Register register;

    RegisterServerIT() throws Exception {}

    @BeforeEach
    void start() throws Exception {
        register = new Register();
    }

    @AfterEach
    void stop() throws Exception {
        running().stop();
        roomA.stop();
        roomB.stop();
        loops.shutdownGracefully();
    }

    @Test
    void aTakeoverReachesTheReplacedRoomAndAMoveIsCalledOne() {
        roomA.register("u", 1, "phone", 5_000);
        roomB.register("u", 2, "tablet", 0);
        await().atMost(PATIENCE).until(() -> roomA.replaced.size() == 1);
        assertThat(roomA.replaced.getFirst().getNewcomerDevice()).isEqualTo("tablet");
        assertThat(roomA.replaced.getFirst().getConnectionId()).isEqualTo(1);
        assertThat(roomA.replaced.getFirst().getMoved()).isFalse();

        roomA.register("u", 3, "tablet", 0);
        await().atMost(PATIENCE).until(() -> roomB.replaced.size() == 1);
        assertThat(roomB.replaced.getFirst().getMoved()).isTrue();
        assertThat(lookup("u").getRoute().getConnectionId()).isEqualTo(3);
    }

    @Test
    void aMissIsOfflineOnceBothRoomsHaveReported() {
        assertThat(lookup("nobody").getPresence()).isEqualTo(Presence.PRESENCE_UNKNOWN);
        roomA.report();
        assertThat(lookup("nobody").getPresence()).isEqualTo(Presence.PRESENCE_UNKNOWN);
        roomB.report();
        assertThat(lookup("nobody").getPresence()).isEqualTo(Presence.PRESENCE_OFFLINE);
    }

    @Test
    void aKilledRoomsSessionsGoAndItsNextLifeIsTaken() throws Exception {
        roomA.register("u", 1, "phone", 0);
        roomA.report("u", 1);
        roomB.report();
        awaitPresence("u", Presence.PRESENCE_ONLINE);
        int port = roomA.port();
        roomA.stop();
        awaitPresence("u", Presence.PRESENCE_OFFLINE);

        roomA = new Room("room-a", 2, port);
        awaitPresence("u", Presence.PRESENCE_UNKNOWN);
        roomA.register("u", 9, "phone", 0);
        assertThat(lookup("u").getRoute().getIncarnation()).isEqualTo(2);
        assertThat(roomA.report("u", 9)).isEmpty();
        awaitPresence("nobody", Presence.PRESENCE_OFFLINE);
    }

    @Test
    void aNewRegisterIsFilledFromTheRooms() throws Exception {
        roomA.register("u", 1, "phone", 0);
        roomA.report("u", 1);
        roomB.report();
        running().stop();
        register = new Register();
        assertThat(lookup("u").getPresence()).isEqualTo(Presence.PRESENCE_UNKNOWN);
        assertThat(roomA.report("u", 1)).containsExactly(Buckets.of("app", "u"));
        roomA.register("u", 1, "phone", 60_000);
        assertThat(roomA.report("u", 1)).isEmpty();
        roomB.report();
        assertThat(lookup("u").getPresence()).isEqualTo(Presence.PRESENCE_ONLINE);
        assertThat(lookup("nobody").getPresence()).isEqualTo(Presence.PRESENCE_OFFLINE);
    }

    private void awaitPresence(String user, Presence presence) {
        await().atMost(PATIENCE).until(() -> lookup(user).getPresence() == presence);
    }

    private LookupResult lookup(String user) {
        return roomB.toRegister()
                .call(
                        RegisterMethods.LOOKUP,
                        LookupRequest.newBuilder()
                                .addUsers(UserKey.newBuilder().setApp("app").setUser(user))
                                .build(),
                        LIMIT)
                .join()
                .getResults(0);
    }

    private Register running() {
        if (register == null) {
            throw new IllegalStateException("not started");
        }
        return register;
    }

    private final class Register {
        final NodeRuntime runtime;
        final RegisterServer service;
        final RpcServer rpc;

        Register() throws Exception {
            NodeConfig config = ConfigLoader.parse(
                    NodeConfig.class,
                    "{name: register-1, rpc-secret: " + SECRET + ", data-directory: '" + data
                            + "', event-loop-threads: 1, discovery: {nodes: ["
                            + "{role: room, name: room-a, rpc: '127.0.0.1:" + roomA.port() + "', listeners: []},"
                            + "{role: room, name: room-b, rpc: '127.0.0.1:" + roomB.port() + "', listeners: []}]}}");
            runtime = new NodeRuntime("register", config);
            service = new RegisterServer(runtime, ConfigLoader.defaults(RegisterConfig.class));
            RpcServer.Builder builder =
                    RpcServer.builder(RpcConfig.defaults(), runtime.identity(), SECRET, runtime.loops());
            service.register(builder);
            service.start();
            rpc = builder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertThat(service.ready()).isTrue();
            roomA.connect(rpc.address());
            roomB.connect(rpc.address());
            await().atMost(PATIENCE)
                    .until(() -> roomA.toRegister().connected()
                            && roomB.toRegister().connected()
                            && runtime.peers("room").all().stream().allMatch(RpcPeer::connected));
        }

        void stop() throws Exception {
            service.stop(LIMIT);
            rpc.stop(Duration.ofMillis(200));
            runtime.close();
        }
    }

    private final class Room {
        final List<ReplacedEntry> replaced = new CopyOnWriteArrayList<>();
        private final NodeRef ref;
        private final RpcClient client;
        private final RpcServer server;
        private @Nullable RpcPeer peer;

        Room(String name, long incarnation, int port) throws Exception {
            ref = NodeRef.newBuilder().setName(name).setIncarnation(incarnation).build();
            RpcIdentity identity = new RpcIdentity("room", name, incarnation, "test");
            client = new RpcClient(RpcConfig.defaults(), identity, SECRET, loops);
            server = RpcServer.builder(RpcConfig.defaults(), identity, SECRET, loops)
                    .handle(RoomMethods.REPLACED, (request, call) -> {
                        replaced.addAll(request.getEntriesList());
                        return CompletableFuture.completedFuture(ReplacedResponse.getDefaultInstance());
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            if (port != 0) {
                connect(running().rpc.address());
                await().atMost(PATIENCE).until(() -> toRegister().connected());
            }
        }

        int port() {
            return server.address().getPort();
        }

        void connect(InetSocketAddress address) {
            if (peer != null) {
                peer.close();
            }
            peer = client.open("register-1", address);
        }

        RpcPeer toRegister() {
            if (peer == null) {
                throw new IllegalStateException("not connected");
            }
            return peer;
        }

        RegisterResult register(String user, long connectionId, String device, long ageMs) {
            SessionEntry entry = SessionEntry.newBuilder()
                    .setApp("app")
                    .setUser(user)
                    .setConnectionId(connectionId)
                    .setDeviceId(device)
                    .setAgeMs(ageMs)
                    .build();
            RegisterRequest request =
                    RegisterRequest.newBuilder().setRoom(ref).addSessions(entry).build();
            return toRegister()
                    .call(RegisterMethods.REGISTER, request, LIMIT)
                    .join()
                    .getResults(0);
        }

        List<Integer> report() {
            return report(WholenessRequest.newBuilder());
        }

        List<Integer> report(String user, long connectionId) {
            return report(WholenessRequest.newBuilder()
                    .addDigests(BucketDigest.newBuilder()
                            .setBucket(Buckets.of("app", user))
                            .setCount(1)
                            .setHash(Buckets.sessionHash("app", user, connectionId))));
        }

        private List<Integer> report(WholenessRequest.Builder request) {
            byte[] all = new byte[512];
            Arrays.fill(all, (byte) 0xFF);
            request.setRoom(ref).setWhole(ByteString.copyFrom(all));
            return toRegister()
                    .call(RegisterMethods.WHOLENESS, request.build(), LIMIT)
                    .join()
                    .getResendList();
        }

        void stop() {
            server.stop(Duration.ofMillis(200));
            client.close();
        }
    }
}

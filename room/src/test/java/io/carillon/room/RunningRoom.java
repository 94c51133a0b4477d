package io.carillon.room;

import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcServer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.node.NodeConfig;
import io.carillon.runtime.node.NodeRuntime;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A whole room in this JVM, with a fake fleet around it and a center's connection to its RPC. */
final class RunningRoom {
    final FakeFleet fleet = new FakeFleet();
    final NodeRuntime runtime;
    final RoomServer room;
    final RpcPeer center;
    private final RpcServer rpc;
    private final RpcClient client;
    private final EventLoopGroup clientLoops = Transports.newEventLoopGroup(1, "fake-center");

    RunningRoom(Path directory, String settings) throws Exception {
        Path file = Files.writeString(
                directory.resolve("room.yaml"),
                "node:\n  name: room-1\n  rpc-secret: " + FakeFleet.SECRET + "\n  data-directory: " + directory
                        + "\n  event-loop-threads: 2\n  discovery:\n    nodes:\n" + fleet.addresses() + settings);
        ConfigLoader.Loaded<NodeConfig, RoomConfig> config =
                ConfigLoader.loadWithSection("node", NodeConfig.class, RoomConfig.class, file, Map.of());
        runtime = new NodeRuntime("room", config.section());
        room = new RoomServer(runtime, config.rest());
        RpcServer.Builder builder =
                RpcServer.builder(RpcConfig.defaults(), runtime.identity(), FakeFleet.SECRET, runtime.loops());
        room.register(builder);
        room.start();
        rpc = builder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        client = new RpcClient(
                RpcConfig.defaults(), new RpcIdentity("center", "center-1", 1, "test"), FakeFleet.SECRET, clientLoops);
        center = client.open("room-1", rpc.address());
        Awaitility.await()
                .until(() -> room.ready()
                        && center.connected()
                        && runtime.settings().known()
                        && Stream.of("saver", "coordinator", "register")
                                .flatMap(role -> runtime.peers(role).all().stream())
                                .allMatch(RpcPeer::connected));
    }

    int port(int listener) {
        return room.advertised().get(listener).port();
    }

    void stop() throws Exception {
        room.stop(Duration.ofSeconds(5));
        client.close();
        rpc.stop(Duration.ofMillis(200));
        runtime.close();
        fleet.close();
        clientLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}

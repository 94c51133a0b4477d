package io.carillon.bench.simulated;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.StringValue;
import io.carillon.bench.target.Target;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.Transports;
import io.carillon.runtime.config.HostPort;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The simulated devices of a room's process, as the load tool controls them. Thread-safe. */
public final class RemoteDevices implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final long CONNECT_MAX_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_MS = 20;
    private static final int LOGINS_IN_FLIGHT = 128;

    private final ObjectMapper mapper = new ObjectMapper();
    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "control");
    private final RpcClient client;
    private final RpcPeer room;
    private final Handles handles;
    private final int run;

    /**
     * @param target a bare room that {@link SimulatedRoom} runs
     * @param file for the connection ids; need not exist
     */
    public RemoteDevices(Target target, int devices, int run, Duration ping, Path file)
            throws IOException, InterruptedException {
        this.run = run;
        client = new RpcClient(
                RpcConfig.defaults(),
                new RpcIdentity("center", "bench-control", 1, "bench"),
                target.rpcSecret(),
                loops);
        room = client.open("room", HostPort.parse(target.rpc()).toSocketAddress());
        handles = new Handles(file, devices);
        long endNs = System.nanoTime() + CONNECT_MAX_NS;
        while (!room.connected()) {
            if (System.nanoTime() > endNs) {
                close();
                throw new IOException("the room's RPC at " + target.rpc() + " does not answer (expected: within 20 s)");
            }
            Thread.sleep(LOOK_MS);
        }
        ObjectNode task = task("setup");
        task.putObject("setup")
                .put("devices", devices)
                .put("run", run)
                .put("app", target.app())
                .put("key-id", target.keyId())
                .put("client-secret", target.clientSecret())
                .put("handles", file.toAbsolutePath().toString())
                .put("ping-seconds", ping.toSeconds())
                .put("logins-in-flight", LOGINS_IN_FLIGHT);
        call(task);
    }

    public static ObjectNode task(String what) {
        return JsonNodeFactory.instance.objectNode().put("do", what);
    }

    /** The connection id of a device; 0 where it is away. */
    public long handle(int device) {
        return handles.get(device);
    }

    public String user(int device) {
        return SimulatedSetup.user(run, device);
    }

    /** Has the devices do something that is begun at once; answers how things stand. */
    public JsonNode call(ObjectNode task) throws IOException, InterruptedException {
        try {
            StringValue answer = room.call(
                            SimulatedRoom.CONTROL, StringValue.of(mapper.writeValueAsString(task)), TIMEOUT)
                    .get();
            return mapper.readTree(answer.getValue());
        } catch (ExecutionException e) {
            throw new IOException("the simulated devices: " + task.path("do").asText() + " failed: " + e.getCause(), e);
        } catch (JsonProcessingException e) {
            throw new IOException("the simulated devices answer no JSON: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public void close() {
        client.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        handles.close();
    }
}

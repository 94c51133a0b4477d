package io.carillon.bench.target;

import io.carillon.room.RoomServer;
import io.carillon.rpc.RpcClient;
import io.carillon.rpc.RpcConfig;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.Transports;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A room that runs alone, as a process with the JVM flags that are shipped for rooms. */
public final class BareRoom implements ServerProcess {
    private static final String APP = "bench";
    private static final String KEY = "bench-key";
    private static final int SECRET_BYTES = 32;
    /** A million, and those that come back before the room has seen them go. */
    private static final int CONNECTIONS_MAX = 1_200_000;

    private static final long START_MAX_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MS = 50;

    private final String name;
    private final Process process;
    private final List<String> command;
    private final Path gcLog;
    private final Target target;
    private final LongSupplier acks;
    private final String admin;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private BareRoom(
            String name,
            Process process,
            List<String> command,
            Path gcLog,
            Target target,
            String admin,
            LongSupplier acks) {
        this.admin = admin;
        this.name = name;
        this.process = process;
        this.command = command;
        this.gcLog = gcLog;
        this.target = target;
        this.acks = acks;
    }

    /** The secret that a room and whoever takes its answers share. */
    public static String newSecret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Starts one and waits until its RPC answers.
     *
     * @param directory for its files; exists
     * @param tls of a listener beside the plain one; null: there is none
     * @param secret of the RPC
     * @param answersPort where acks and uplinks go, on this machine
     * @param acks how many have come there
     */
    public static BareRoom start(
            Path directory, RoomJvm jvm, @Nullable BareTls tls, String secret, int answersPort, LongSupplier acks)
            throws IOException, InterruptedException {
        return start(directory, jvm, tls, secret, answersPort, acks, RoomServer.class);
    }

    /** @param main runs the room; takes the arguments of {@link RoomServer} */
    public static BareRoom start(
            Path directory,
            RoomJvm jvm,
            @Nullable BareTls tls,
            String secret,
            int answersPort,
            LongSupplier acks,
            Class<?> main)
            throws IOException, InterruptedException {
        int listener = Processes.freePort();
        int tlsListener = tls == null ? 0 : Processes.freePort();
        String admin = "127.0.0.1:" + Processes.freePort();
        int rpc = Processes.freePort();
        String clientSecret = newSecret();
        Path config = Files.writeString(directory.resolve("room.yaml"), """
                node:
                  name: bench-room
                  rpc: 127.0.0.1:%d
                  admin: %s
                  rpc-secret: %s
                  data-directory: %s
                connections-max: %d
                listeners:
                  - transport: tcp
                    bind: 127.0.0.1:%d
                %sbare:
                  answers-to: 127.0.0.1:%d
                  apps:
                    - id: %s
                      key-id: %s
                      client-secret: %s
                """.formatted(
                        rpc,
                        admin,
                        secret,
                        directory.resolve("data"),
                        CONNECTIONS_MAX,
                        listener,
                        tls == null ? "" : tlsListener(tls, tlsListener),
                        answersPort,
                        APP,
                        KEY,
                        clientSecret));
        Path gcLog = directory.resolve("gc.log");
        Path log = directory.resolve("room.log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        List<String> options = jvm.options();
        command.addAll(options);
        command.add("-Xlog:gc,gc+phases,safepoint:file=" + gcLog + ":timemillis");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(main.getName(), "--config", config.toString()));
        Process process = Processes.start(command, log);
        try {
            awaitRpc(process, log, rpc, secret);
        } catch (IOException | InterruptedException e) {
            Processes.stop(process);
            throw e;
        }
        Target target = new Target(
                Target.Kind.BARE_ROOM,
                List.of("127.0.0.1:" + listener),
                tls == null ? List.of() : List.of("127.0.0.1:" + tlsListener),
                tls == null ? "" : tls.certificate(),
                "127.0.0.1:" + rpc,
                secret,
                List.of(),
                "",
                APP,
                KEY,
                clientSecret,
                "mysql");
        return new BareRoom(name(jvm, tls), process, options, gcLog, target, admin, acks);
    }

    private static String name(RoomJvm jvm, @Nullable BareTls tls) {
        return "room-" + jvm.gc() + (tls == null ? "" : "-" + tls.engine());
    }

    private static String tlsListener(BareTls tls, int port) {
        return """
                  - transport: tls
                    bind: 127.0.0.1:%d
                    certificate: %s
                    private-key: %s
                    tls-engine: %s
                """.formatted(port, tls.certificate(), tls.privateKey(), tls.engine());
    }

    private static void awaitRpc(Process process, Path log, int port, String secret)
            throws IOException, InterruptedException {
        EventLoopGroup loops = Transports.newEventLoopGroup(1, "start");
        RpcIdentity self = new RpcIdentity("center", "bench-start", 1, "bench");
        try (RpcClient client = new RpcClient(RpcConfig.defaults(), self, secret, loops)) {
            RpcPeer room = client.open("room", new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            long endNs = System.nanoTime() + START_MAX_NS;
            while (!room.connected()) {
                Processes.requireAlive(process, log, "the room");
                if (System.nanoTime() > endNs) {
                    throw new IOException("the room's RPC does not answer after 60 s, see " + log);
                }
                Thread.sleep(LOOK_MS);
            }
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Path gcLog() {
        return gcLog;
    }

    @Override
    public List<String> command() {
        return command;
    }

    @Override
    public MetricsPage metrics() throws IOException, InterruptedException {
        return MetricsPage.of(http, admin);
    }

    @Override
    public long acks() {
        return acks.getAsLong();
    }

    @Override
    public void close() {
        Processes.stop(process);
        http.shutdownNow();
    }
}

package io.carillon.bench.command;

import io.carillon.bench.inject.AnswerDesk;
import io.carillon.bench.target.BareRoom;
import io.carillon.bench.target.BareTls;
import io.carillon.bench.target.CServer;
import io.carillon.bench.target.ForeignServer;
import io.carillon.bench.target.LocalFleet;
import io.carillon.bench.target.RoomJvm;
import io.carillon.bench.target.ServerProcess;
import io.carillon.bench.target.Target;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.ListenerCertificate;
import io.carillon.runtime.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which servers are driven. */
final class ServerOptions implements AutoCloseable {
    @Option(names = "--bare", description = "a room that runs alone, started for the run")
    private boolean bare;

    @Option(
            names = "--gc",
            paramLabel = "GC",
            split = ",",
            defaultValue = "zgc",
            description = "its collector, zgc or g1, or both: zgc,g1 (default: zgc)")
    private List<String> gc = List.of();

    @Option(names = "--heap", defaultValue = "2g", description = "its heap (default: 2g)")
    private String heap = "";

    @Option(
            names = "--jvm-options",
            paramLabel = "FILE",
            description = "its JVM flags (default: those that are shipped, jvm/room.options)")
    private @Nullable Path jvmOptions;

    @Option(names = "--jvm-add", paramLabel = "FLAG", description = "a further flag of its JVM; may be given again")
    private List<String> added = new ArrayList<>();

    @Option(
            names = "--tls-engine",
            paramLabel = "ENGINE",
            split = ",",
            defaultValue = "auto",
            description = "its TLS engine, auto, openssl or jdk, or both: openssl,jdk (default: auto)")
    private List<String> engines = List.of();

    @Option(
            names = "--peer",
            paramLabel = "c",
            description = "c: the C server of this module beside it, in the same run")
    private @Nullable String peer;

    @Option(names = "--c-source", paramLabel = "FILE", description = "the C server's source (default: the checkout's)")
    private @Nullable Path source;

    @Option(names = "--mqtt", paramLabel = "HOST:PORT", description = "an MQTT 3.1.1 broker that runs")
    private @Nullable String mqtt;

    @Option(
            names = "--mqtt-pid",
            paramLabel = "PID",
            defaultValue = "0",
            description = "its process on this machine, to be looked at")
    private long mqttPid;

    @Option(
            names = "--target",
            paramLabel = "FILE",
            description =
                    "a fleet by address and keys: YAML with listeners, center, api-key, app, key-id, client-secret")
    private @Nullable Path fleet;

    @Option(
            names = "--durability",
            paramLabel = "STORE",
            description = "what messages to a fleet ask for: mysql or redis (default: mysql, or what --target says)")
    private @Nullable String durability;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:CARILLON_DATA:-data}",
            description =
                    "without any of these, the fleet that `carillon up` started there (default: CARILLON_DATA, else ./data)")
    private Path data = Path.of("data");

    private static final List<@Nullable BareTls> NO_TLS = Collections.singletonList(null);

    private final List<ServerProcess> servers = new ArrayList<>();
    private @Nullable AnswerDesk desk;

    /**
     * Starts what has to be started.
     *
     * @param tls bare rooms get a TLS listener
     */
    List<ServerProcess> start(Path directory, boolean tls) throws IOException, InterruptedException {
        if (bare) {
            String secret = BareRoom.newSecret();
            AnswerDesk answers = new AnswerDesk(secret);
            desk = answers;
            for (String collector : gc) {
                RoomJvm jvm = RoomJvm.of(jvmOptions(), collector, heap, added);
                for (BareTls listener : tls ? tlsListeners(directory) : NO_TLS) {
                    Path own = Files.createDirectories(directory.resolve("room-" + servers.size()));
                    servers.add(BareRoom.start(own, jvm, listener, secret, answers.port(), answers::acks));
                }
            }
        }
        if (peer != null) {
            if (!peer.equals("c")) {
                throw new IOException("--peer " + peer + " (expected: c)");
            }
            servers.add(CServer.start(
                    directory, source == null ? checkout().resolve("bench/src/main/c/server.c") : source));
        }
        if (mqtt != null) {
            Target target = Target.at(Target.Kind.MQTT, mqtt);
            servers.add(new ForeignServer("mqtt", target, mqttPid == 0 ? List.of() : List.of(mqttPid)));
        }
        if (fleet != null) {
            servers.add(ofFleet(ConfigLoader.load(Target.class, fleet, Map.of()), List.of()));
        }
        if (servers.isEmpty()) {
            LocalFleet local = LocalFleet.in(data);
            servers.add(ofFleet(local.target(), local.pids()));
        }
        return servers;
    }

    /** One for each engine, all with the same certificate. */
    private List<BareTls> tlsListeners(Path directory) throws IOException {
        try {
            ListenerCertificate made = ListenerCertificate.in(directory.resolve("tls"));
            return engines.stream()
                    .map(engine -> new BareTls(
                            engine,
                            made.certificate().toString(),
                            made.privateKey().toString()))
                    .toList();
        } catch (FleetException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private ServerProcess ofFleet(Target target, List<Long> pids) {
        Target asked = durability == null ? target : target.withDurability(durability);
        return new ForeignServer(asked.kind().word(), asked, pids);
    }

    private Path jvmOptions() {
        return jvmOptions == null ? shippedJvmOptions() : jvmOptions;
    }

    /** The flags of rooms' JVMs, as they are shipped. */
    static Path shippedJvmOptions() {
        return checkout().resolve("deploy/src/main/dist/jvm/room.options");
    }

    /** The load tool runs in a checkout only. */
    private static Path checkout() {
        return Path.of(System.getProperty("carillon.checkout", "."));
    }

    @Override
    public void close() {
        servers.forEach(ServerProcess::close);
        if (desk != null) {
            desk.close();
        }
    }
}

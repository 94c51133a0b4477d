package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.store.EmbeddedBinaries;
import io.carillon.deploy.store.EmbeddedMariaDb;
import io.carillon.deploy.store.EmbeddedRedis;
import io.carillon.deploy.store.EmbeddedZooKeeper;
import io.carillon.deploy.store.StoreProcess;
import io.carillon.deploy.traffic.Deliveries;
import io.carillon.deploy.traffic.Devices;
import io.carillon.deploy.traffic.UnicastSender;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code carillon run}: the six services, each called by hand, against stores given by address. */
@Tag("slow")
@Tag("linux")
class RunByAddressIT {
    private static final String PASSWORD = "correcthorse1";
    private static final String ADMIN_KEY = "0123456789abcdef";
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final List<Process> processes = new ArrayList<>();
    private String saverStores = "";
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stopAll() throws InterruptedException {
        for (Process process : processes.reversed()) {
            process.destroy();
        }
        for (Process process : processes.reversed()) {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        http.shutdownNow();
    }

    @Test
    void aMessageCrossesServicesThatWereGivenTheirStoresByAddress() throws Exception {
        Path directory = RunningFleet.emptyDirectory("run-by-address");
        Files.createDirectories(directory);
        String discovery = "127.0.0.1:" + startStores(directory);
        int center = freePort();
        int dispatcher = freePort();
        int room = freePort();
        Map<String, String> roles = new LinkedHashMap<>();
        roles.put("register", "");
        roles.put("saver", saverStores);
        roles.put("room", "listeners: [{bind: '127.0.0.1:%d'}]\n".formatted(room));
        roles.put("center", "http: 127.0.0.1:%d\nadmin-key: %s\n".formatted(center, ADMIN_KEY));
        roles.put("coordinator", "");
        roles.put("dispatcher", "http: 127.0.0.1:%d\n".formatted(dispatcher));
        List<Integer> admins = new ArrayList<>();
        for (Map.Entry<String, String> role : roles.entrySet()) {
            int admin = freePort();
            admins.add(admin);
            Path config = directory.resolve(role.getKey() + ".yaml");
            Files.writeString(
                    config, """
                    node:
                      rpc-secret: a-secret-of-this-test
                      admin: 127.0.0.1:%d
                      data-directory: %s
                      discovery: {zookeeper: '%s'}
                    """.formatted(admin, directory.resolve(role.getKey()), discovery) + role.getValue());
            processes.add(CarillonScript.start(
                    directory.resolve(role.getKey() + ".log"),
                    Map.of("CARILLON_JVM_OPTIONS", "-Xmx192m -XX:-AlwaysPreTouch"),
                    "run",
                    role.getKey(),
                    "--name",
                    role.getKey() + "-a",
                    "--config",
                    config.toString()));
        }
        for (int admin : admins) {
            await().atMost(LIMIT).until(() -> ready(admin));
        }
        sendThrough(center, dispatcher);
        sigtermEndsInOrder();
    }

    private void sendThrough(int center, int dispatcher) throws Exception {
        List<URI> centers = List.of(URI.create("http://127.0.0.1:" + center));
        try (CenterClient admin = new CenterClient(centers, ADMIN_KEY)) {
            CenterClient.Answer made = admin.post(
                    "/admin/v1/apps", JsonNodeFactory.instance.objectNode().put("id", "shop"));
            assertThat(made.status()).as(made.problem()).isEqualTo(201);
            String apiKey = made.body().path("api_key").asText();
            Deliveries deliveries = new Deliveries();
            try (CenterClient app = new CenterClient(centers, apiKey);
                    Devices devices = new Devices(
                            URI.create("http://127.0.0.1:" + dispatcher),
                            "shop",
                            app,
                            SSLContext.getDefault(),
                            deliveries)) {
                await().atMost(LIMIT).until(() -> app.get("/v1/users/ann").ok());
                devices.connect(List.of("ann"));
                UnicastSender.Sent sent =
                        new UnicastSender(app, 1).send("ann", "hello").join();
                assertThat(sent.promised()).as(sent.answer()).isTrue();
                await().atMost(LIMIT).until(() -> deliveries.times(sent.messageId()) == 1);
            }
        }
    }

    private void sigtermEndsInOrder() throws InterruptedException {
        Process last = processes.getLast();
        last.destroy();
        assertThat(last.waitFor(120, TimeUnit.SECONDS))
                .as("SIGTERM ends a service")
                .isTrue();
    }

    private int startStores(Path directory) throws Exception {
        EmbeddedBinaries binaries = EmbeddedBinaries.of(System.getenv(), directory);
        int redis = freePort();
        int mysql = freePort();
        int zooKeeper = freePort();
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        Path libraries = Path.of("..", "deploy", "target", "dist", "lib", "ext")
                .toAbsolutePath()
                .normalize();
        serve(directory, EmbeddedRedis.prepare(binaries, directory.resolve("redis"), redis, PASSWORD));
        serve(directory, EmbeddedMariaDb.prepare(binaries, directory.resolve("mysql"), mysql, PASSWORD));
        serve(
                directory,
                EmbeddedZooKeeper.prepare(
                        List.of(java, "-Xmx64m", "-cp", libraries + "/*"), directory.resolve("zookeeper"), zooKeeper));
        saverStores = """
                redis: {uris: 'redis://:%s@127.0.0.1:%d'}
                mysql: {url: 'jdbc:mysql://127.0.0.1:%d/carillon', user: carillon, password: %s}
                """.formatted(PASSWORD, redis, mysql, PASSWORD);
        return zooKeeper;
    }

    private void serve(Path directory, StoreProcess store) throws IOException {
        processes.add(new ProcessBuilder(store.command())
                .directory(store.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(store.name() + ".log").toFile())
                .start());
        await().atMost(LIMIT).until(() -> store.probe().serves(store.port(), Duration.ofSeconds(10)));
    }

    private boolean ready(int admin) throws InterruptedException {
        try {
            return http.send(
                                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/readyz"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Below the ports that the system hands out by itself, so that nobody is given it before its process binds it. */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // Another one, then.
            }
        }
    }
}

package io.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The load tool against a real room and the C server, each a process of its own, with a load process. */
@Tag("slow")
class BareRoomIT {
    private static final String SCENARIOS = """
            scenarios:
              - {kind: unicast, connections: 300, time: 2s, warm-up: 1s}
              - {kind: broadcast, connections: 300, time: 2s, warm-up: 1s, single: 3}
              - {kind: uplink, connections: 100, time: 1s, rate: 500}
              - {kind: storm, connections: 300, time: 2s, warm-up: 1s, rate: 200}
            """;
    private static final String OTHERS = """
            scenarios:
              - {kind: flap, connections: 200, time: 2s, warm-up: 1s, rate: 100, flap-rate: 50}
              - {kind: connect, connections: 200, rounds: 2}
              - {kind: idle, connections: 200, memory-from: 100, time: 1s, warm-up: 0s, ping: 1s}
              - {kind: mixed, connections: 200, time: 2s, rate: 100, flap-rate: 20}
              - {kind: slow-reader, connections: 200, time: 2s, warm-up: 1s, rate: 100}
            """;
    private static final String TLS = """
            scenarios:
              - {kind: connect, connections: 200, rounds: 2, tls: full}
              - {kind: connect, connections: 200, rounds: 2, tls: resumed}
              - {kind: connect, connections: 200, rounds: 1}
              - {kind: idle, connections: 200, memory-from: 100, time: 1s, warm-up: 0s, ping: 1s, tls: full}
              - {kind: storm, connections: 200, time: 2s, warm-up: 1s, rate: 200, tls: resumed}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final StringWriter out = new StringWriter();

    private JsonNode run(String scenarios, String... servers) throws IOException {
        Path file = Files.writeString(directory.resolve("scenarios.yaml"), scenarios);
        Path json = directory.resolve("report.json");
        Path html = directory.resolve("report.html");
        String[] arguments = new String[servers.length + 9];
        String[] first = {"run", "--scenarios", file.toString(), "--json", json.toString(), "--html", html.toString()};
        System.arraycopy(first, 0, arguments, 0, first.length);
        arguments[7] = "--jvm-options";
        arguments[8] = Path.of("../deploy/src/main/dist/jvm/room.options").toString();
        System.arraycopy(servers, 0, arguments, 9, servers.length);
        CommandLine command = Bench.commandLine(arguments);
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
        assertThat(command.execute(arguments)).as("%s", out).isZero();
        assertThat(html).isNotEmptyFile();
        return new ObjectMapper().readTree(json.toFile());
    }

    @Test
    void everyDeliveryOfARoomAndOfTheCServerIsThereOnce() throws IOException {
        JsonNode report =
                run(SCENARIOS, "--bare", "--heap", "512m", "--peer", "c", "--c-source", "src/main/c/server.c");
        assertThat(report.path("runs")).hasSize(8).allSatisfy(run -> assertThat(
                        run.at("/checks/holds").asBoolean())
                .as("%s", run.path("checks"))
                .isTrue());
        JsonNode unicast = report.path("runs").get(0);
        assertThat(unicast.path("server").asText()).isEqualTo("room-zgc");
        assertThat(unicast.at("/checks/unicasts/arrived").asLong()).isPositive();
        assertThat(unicast.at("/result/steady/latency/count").asLong()).isPositive();
        assertThat(unicast.path("series")).isNotEmpty();
        assertThat(report.path("runs").get(6).at("/result/back/connected").asInt())
                .isEqualTo(300);
        assertThat(report.path("ratios")).isNotEmpty();
    }

    @Test
    void tlsHandshakesAreFullOrResumedAsAskedForWithEitherEngine() throws IOException {
        JsonNode report = run(TLS, "--bare", "--heap", "512m", "--tls-engine", "openssl,jdk");
        assertThat(report.path("runs")).hasSize(10).allSatisfy(run -> assertThat(
                        run.at("/checks/holds").asBoolean())
                .as("%s", run.path("checks"))
                .isTrue());
        for (int engine = 0; engine < 2; engine++) {
            JsonNode full = report.path("runs").get(engine);
            assertThat(full.path("server").asText()).isEqualTo(engine == 0 ? "room-zgc-openssl" : "room-zgc-jdk");
            assertThat(handshakes(full)).containsExactly(400L, 0L);
            assertThat(handshakes(report.path("runs").get(2 + engine))).containsExactly(200L, 400L);
            assertThat(report.path("runs").get(4 + engine).at("/checks/tls").isMissingNode())
                    .as("no TLS")
                    .isTrue();
            JsonNode idle = report.path("runs").get(6 + engine);
            assertThat(handshakes(idle)).containsExactly(200L, 0L);
            assertThat(idle.at("/result/steps/1/direct_bytes").asLong()).isPositive();
            assertThat(report.path("runs")
                            .get(8 + engine)
                            .at("/checks/tls/resumed")
                            .asLong())
                    .as("half of them were cut")
                    .isEqualTo(100);
        }
        assertThat(out.toString()).contains("connect TLS full", "connect TLS resumed", "idle TLS full");
    }

    /** Full and resumed ones, as the room counted them. */
    private static List<Long> handshakes(JsonNode run) {
        return List.of(
                run.at("/checks/tls/server_full").asLong(),
                run.at("/checks/tls/server_resumed").asLong());
    }

    @Test
    void whoComesRightBackFindsItsSessionAndTheOtherKindsHoldToo() throws IOException {
        JsonNode report = run(OTHERS, "--bare", "--heap", "512m");
        assertThat(report.path("runs")).hasSize(5);
        JsonNode flaps = report.path("runs").get(0).at("/result/flaps");
        assertThat(flaps.path("flaps").asLong()).isPositive();
        assertThat(flaps.path("resumed").asLong()).isEqualTo(flaps.path("flaps").asLong());
        assertThat(report.path("runs").get(1).at("/result/rounds")).hasSize(2);
        assertThat(report.path("runs")
                        .get(2)
                        .at("/result/pings/server_cpu_percent")
                        .asDouble())
                .isPositive();
    }
}

package io.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Some hundred simulated connections in a real room's process. */
@Tag("slow")
class MillionIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @Test
    void everyDeliveryToASimulatedConnectionIsThereOnceWhileOthersComeAndGo() throws IOException {
        Path json = directory.resolve("report.json");
        Path html = directory.resolve("report.html");
        StringWriter out = new StringWriter();
        String[] arguments = {
            "million",
            "--connections=400",
            "--rate=500",
            "--flap-rate=50",
            "--share=0.5",
            "--time=2s",
            "--warm-up=1s",
            "--ping=1s",
            "--heap=512m",
            "--json=" + json,
            "--html=" + html,
            "--jvm-options=" + Path.of("../deploy/src/main/dist/jvm/room.options")
        };
        CommandLine command = Bench.commandLine(arguments);
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
        assertThat(command.execute(arguments)).as("%s", out).isZero();
        JsonNode run = new ObjectMapper().readTree(json.toFile()).path("runs").get(0);
        assertThat(run.at("/checks/unicasts/arrived").asLong()).isEqualTo(1_500);
        assertThat(run.at("/checks/unicasts/acknowledged").asLong()).isEqualTo(1_500);
        assertThat(run.at("/checks/connected").asLong()).isEqualTo(400);
        assertThat(run.at("/result/traffic/came_back").asLong()).isEqualTo(150);
        assertThat(run.at("/result/pings/pings").asLong()).isPositive();
        assertThat(run.at("/result/live_heap_bytes_per_connection").asDouble()).isPositive();
        assertThat(html).isNotEmptyFile();
    }
}

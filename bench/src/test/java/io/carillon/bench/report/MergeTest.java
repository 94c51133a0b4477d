package io.carillon.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.load.Histograms;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class MergeTest {
    private static ObjectNode report(String kind, int firstDevice, double rate, int latencyMs, long lost) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.putObject("conditions").put("processors", 2);
        ObjectNode run =
                report.putArray("runs").addObject().put("server", "fleet").put("kind", kind);
        run.putObject("spec")
                .put("connections", 100)
                .put("first_device", firstDevice)
                .put("bytes", 256)
                .put("qos", 1);
        Histogram micros = Histograms.empty();
        micros.recordValueWithCount(latencyMs * 1_000L, 50);
        ObjectNode steady = run.putObject("result").putObject("steady");
        steady.put("per_second", rate).put("seconds", latencyMs).set("latency", Histograms.toJsonWhole(micros));
        ObjectNode checks = run.putObject("checks");
        checks.putObject("unicasts").put("sent", 50).put("lost", lost);
        checks.putArray("problems");
        checks.put("holds", lost == 0);
        return report;
    }

    private static Map<String, JsonNode> two(ObjectNode first, ObjectNode second) {
        return new TreeMap<>(Map.of("a.json", first, "b.json", second));
    }

    @Test
    void ratesAreSummedAndHistogramsAdded() {
        JsonNode run = Merge.of(two(report("unicast", 0, 1_000.5, 1, 0), report("unicast", 100, 2_000, 9, 0)))
                .path("runs")
                .path(0);
        assertThat(run.at("/spec/connections").asInt()).isEqualTo(200);
        assertThat(run.at("/result/steady/per_second").asDouble()).isEqualTo(3_000.5);
        assertThat(run.at("/result/steady/seconds").asDouble()).isEqualTo(9);
        assertThat(run.at("/result/steady/latency/count").asLong()).isEqualTo(100);
        assertThat(run.at("/result/steady/latency/p50_ms").asDouble()).isBetween(0.9, 1.1);
        assertThat(run.at("/result/steady/latency/p99_ms").asDouble()).isBetween(8.9, 9.1);
        assertThat(run.at("/checks/unicasts/sent").asLong()).isEqualTo(100);
        assertThat(run.at("/checks/holds").asBoolean()).isTrue();
    }

    @Test
    void aCheckThatFailsOnOneMachineFails() {
        JsonNode run = Merge.of(two(report("unicast", 0, 1, 1, 0), report("unicast", 100, 1, 1, 3)))
                .path("runs")
                .path(0);
        assertThat(run.at("/checks/unicasts/lost").asLong()).isEqualTo(3);
        assertThat(run.at("/checks/holds").asBoolean()).isFalse();
    }

    @Test
    void anotherScenarioIsRefused() {
        assertThatThrownBy(() -> Merge.of(two(report("unicast", 0, 1, 1, 0), report("connect", 100, 1, 1, 0))))
                .hasMessage("b.json: kind connect (expected: unicast, as the first report)");
    }

    @Test
    void theSameDevicesAreRefused() {
        assertThatThrownBy(() -> Merge.of(two(report("unicast", 0, 1, 1, 0), report("unicast", 50, 1, 1, 0))))
                .hasMessageContaining("b.json: devices 50 to 149, of which a.json has some")
                .hasMessageContaining("--first-device");
    }
}

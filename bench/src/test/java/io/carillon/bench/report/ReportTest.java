package io.carillon.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final String RUN = """
            {"server":"%s","kind":"unicast","spec":{"connections":10,"bytes":256,"qos":1},
             "result":{"per_second":%d,"most":{"per_second":%d,"latency":{"p50_ms":1.5,"p99_ms":2.5,"p999_ms":3.5}}},
             "checks":{"holds":true},"gc":{"pauses":0,"each":[]},"series":[{"t":0.5,"cpu_percent":10}]}
            """;

    private static List<JsonNode> runs() throws IOException {
        List<JsonNode> runs = new ArrayList<>();
        int[] rates = {100, 400, 300, 800, 200, 600};
        for (int i = 0; i < rates.length; i++) {
            runs.add(new ObjectMapper().readTree(RUN.formatted(i % 2 == 0 ? "room-zgc" : "c", rates[i], rates[i])));
        }
        return runs;
    }

    @Test
    void comparesMediansOfWhatWasRepeated() throws IOException {
        JsonNode ratio = Ratios.of(runs()).get(0);
        assertThat(ratio.path("value").asDouble()).isEqualTo(200);
        assertThat(ratio.path("peer_value").asDouble()).isEqualTo(600);
        assertThat(ratio.path("ratio").asDouble()).isEqualTo(1.0 / 3);
    }

    @Test
    void tellsRunsWithTlsFromThoseWithout() throws IOException {
        List<JsonNode> runs = new ArrayList<>(runs().subList(0, 2));
        for (JsonNode run : runs()) {
            ((ObjectNode) run.path("spec")).put("tls", "resumed");
            runs.add(run);
        }
        assertThat(Ratios.of(runs))
                .extracting(ratio -> ratio.path("kind").asText())
                .contains("unicast qos 1, 10 connections, 256 B", "unicast qos 1, 10 connections, 256 B, TLS resumed");
        List<String> lines = ResultTable.lines(runs);
        assertThat(lines).filteredOn(line -> line.contains("TLS resumed")).hasSize(6);
        assertThat(lines).filteredOn(line -> line.contains("unicast most ")).hasSize(8);
    }

    @Test
    void writesALineForEachRun() throws IOException {
        assertThat(ResultTable.lines(runs())).hasSize(7).anySatisfy(line -> assertThat(line)
                .contains("unicast most", "room-zgc", "300", "1.50", "ok"));
    }

    @Test
    void aPageHoldsAllThatItShows() throws IOException {
        ObjectNode report = new ObjectMapper().createObjectNode();
        report.putObject("conditions").put("processor", "</script><b>");
        report.putArray("runs").addAll(runs());
        String page = HtmlReport.page(report);
        assertThat(page).contains("Chart.js v4", "room-zgc", "<\\/script><b>").doesNotContain("\"DATA\"", "/*REPORT*/");
        assertThat(page).doesNotContainPattern("<(script|link|img)[^>]+(src|href)=");
    }
}

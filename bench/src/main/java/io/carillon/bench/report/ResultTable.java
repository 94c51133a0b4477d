package io.carillon.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The results of a run as lines of text, one for each scenario and server. */
public final class ResultTable {
    private static final String FORMAT = "%-20s %-16s %9s %11s %9s %9s %9s %9s %8s %s";

    private ResultTable() {}

    /** @param runs as {@link io.carillon.bench.scenario.ScenarioRun} made them */
    public static List<String> lines(List<? extends JsonNode> runs) {
        List<String> lines = new ArrayList<>();
        lines.add(FORMAT.formatted(
                "scenario",
                "server",
                "conns",
                "per second",
                "p50 ms",
                "p99 ms",
                "p99.9 ms",
                "µs CPU",
                "RSS MB",
                "checks"));
        for (JsonNode run : runs) {
            JsonNode result = run.path("result");
            switch (run.path("kind").asText()) {
                case "connect" -> add(lines, run, "", result.path("connect"), result.path("per_second"));
                case "idle" -> idle(lines, run, result);
                case "million" -> million(lines, run, result);
                case "unicast" -> {
                    add(
                            lines,
                            run,
                            " most",
                            result.path("most"),
                            result.path("most").path("per_second"));
                    add(
                            lines,
                            run,
                            " steady",
                            result.path("steady"),
                            result.path("steady").path("per_second"));
                }
                case "broadcast" -> broadcast(lines, run, result);
                case "uplink" -> add(lines, run, "", result, result.path("per_second"));
                case "mixed" -> {
                    add(lines, run, " unicast", result.path("unicast"), result.at("/unicast/per_second"));
                    add(lines, run, " uplink", result.path("uplink"), result.at("/uplink/per_second"));
                }
                default -> {
                    add(lines, run, " calm", result.path("calm"), result.at("/calm/per_second"));
                    add(lines, run, " during", result.path("during"), result.at("/during/per_second"));
                    if (result.has("back")) {
                        add(lines, run, " back", result.path("back"), result.at("/back/per_second"));
                    }
                }
            }
        }
        return lines;
    }

    private static void add(List<String> lines, JsonNode run, String what, JsonNode of, JsonNode perSecond) {
        if (of.isMissingNode()) {
            return;
        }
        JsonNode latency = of.path("latency");
        lines.add(FORMAT.formatted(
                run.path("kind").asText() + what + tls(run),
                run.path("server").asText(),
                number(run.at("/spec/connections"), 0),
                number(perSecond, 0),
                number(latency.path("p50_ms"), 2),
                number(latency.path("p99_ms"), 2),
                number(latency.path("p999_ms"), 2),
                number(of.path("server_cpu_micros_each"), 2),
                megabytes(of.path("server_rss_bytes")),
                checks(run)));
    }

    private static void idle(List<String> lines, JsonNode run, JsonNode result) {
        lines.add(String.format(
                Locale.ROOT,
                "%-20s %-16s %9s heap %s B, direct %s B, RSS %s B, kernel (both ends) %s B a connection; pings each %s s: %s %% of a core  %s",
                "idle" + tls(run),
                run.path("server").asText(),
                number(run.at("/spec/connections"), 0),
                number(result.path("live_heap_bytes_per_connection"), 0),
                number(result.path("direct_bytes_per_connection"), 0),
                number(result.path("rss_bytes_per_connection"), 0),
                number(result.path("kernel_bytes_per_connection"), 0),
                number(result.at("/pings/interval_seconds"), 0),
                number(result.at("/pings/server_cpu_percent"), 1),
                checks(run)));
        classes(lines, result);
    }

    private static void million(List<String> lines, JsonNode run, JsonNode result) {
        add(lines, run, " login", result.path("connect"), result.at("/connect/per_second"));
        add(lines, run, "", result.path("traffic"), result.at("/traffic/per_second"));
        lines.add(String.format(
                Locale.ROOT,
                "  live heap %s MB, %s B a connection as the slope, %s B in all; of the simulated client %s B; RSS %s B as the slope",
                megabytes(result.path("live_heap_bytes")),
                number(result.path("live_heap_bytes_per_connection"), 0),
                number(result.path("live_heap_bytes_each"), 0),
                number(result.path("simulated_client_heap_bytes_each"), 0),
                number(result.path("rss_bytes_per_connection"), 0)));
        lines.add(String.format(
                Locale.ROOT,
                "  pings each %s s: %s %% of a core, without them %s %%",
                number(result.at("/pings/interval_seconds"), 0),
                number(result.at("/pings/server_cpu_percent"), 1),
                number(result.at("/pings/without_pings_cpu_percent"), 1)));
        lines.add(String.format(
                Locale.ROOT,
                "  under traffic, with %s connections a second coming back: server %s %% of a core",
                number(result.at("/traffic/came_back_per_second"), 0),
                number(result.at("/traffic/server_cpu_percent"), 0)));
        pauses(lines, "GC pauses", run.path("gc"));
        pauses(lines, "all stops of all threads (safepoints)", result.path("safepoints"));
        classes(lines, result);
    }

    private static void pauses(List<String> lines, String what, JsonNode of) {
        lines.add(String.format(
                Locale.ROOT,
                "  %s: %s, p50 %s ms, p99 %s ms, max %s ms",
                what,
                number(of.path("pauses"), 0),
                number(of.path("p50_ms"), 3),
                number(of.path("p99_ms"), 3),
                number(of.path("max_ms"), 3)));
    }

    private static void classes(List<String> lines, JsonNode result) {
        result.path("classes").forEach(share -> {
            if (share.path("bytes").asDouble() >= 40) {
                lines.add(String.format(
                        Locale.ROOT,
                        "               %8.1f B %6.2f objects  %s",
                        share.path("bytes").asDouble(),
                        share.path("objects").asDouble(),
                        share.path("class").asText()));
            }
        });
    }

    private static void broadcast(List<String> lines, JsonNode run, JsonNode result) {
        lines.add(String.format(
                Locale.ROOT,
                "%-20s %-16s %9s one alone: last after %s ms (median)",
                "broadcast" + tls(run),
                run.path("server").asText(),
                number(run.at("/spec/connections"), 0),
                number(result.path("single_last_ms_median"), 1)));
        add(lines, run, " sust.", result.path("sustained"), result.path("per_second"));
    }

    /** Which TLS handshakes it was with; empty: plain TCP. */
    private static String tls(JsonNode run) {
        String kind = run.at("/spec/tls").asText("none");
        return kind.isEmpty() || kind.equals("none") ? "" : " TLS " + kind;
    }

    private static String checks(JsonNode run) {
        return run.at("/checks/holds").asBoolean() ? "ok" : "FAILED " + run.path("checks");
    }

    private static String number(JsonNode value, int digits) {
        return value.isNumber() ? String.format(Locale.ROOT, "%,." + digits + "f", value.asDouble()) : "-";
    }

    private static String megabytes(JsonNode bytes) {
        return bytes.isNumber() ? String.format(Locale.ROOT, "%,.0f", bytes.asDouble() / 1e6) : "-";
    }
}

package io.carillon.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The first server of a run beside each other one: medians over what was repeated, and their ratio. */
public final class Ratios {
    /** Where results are found, by what they are called. */
    private static final Map<String, String> FIGURES = figures();

    private Ratios() {}

    private static Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("per second", "/result/per_second");
        figures.put("µs CPU a message", "/result/most/server_cpu_micros_each");
        figures.put("µs CPU a delivery", "/result/sustained/server_cpu_micros_each");
        figures.put("µs CPU a login", "/result/server_cpu_micros_each_median");
        figures.put("steady p99 ms", "/result/steady/latency/p99_ms");
        figures.put("one broadcast, last ms", "/result/single_last_ms_median");
        figures.put("pings, % of a core", "/result/pings/server_cpu_percent");
        figures.put("RSS bytes a connection", "/result/rss_bytes_per_connection");
        return figures;
    }

    /** @return entries of {@code kind, figure, server, value, peer, peer_value, ratio} */
    public static ArrayNode of(List<? extends JsonNode> runs) {
        ArrayNode ratios = JsonNodeFactory.instance.arrayNode();
        List<String> servers =
                runs.stream().map(run -> run.path("server").asText()).distinct().toList();
        List<String> scenarios = runs.stream().map(Ratios::scenario).distinct().toList();
        for (String scenario : scenarios) {
            for (String peer : servers.subList(Math.min(1, servers.size()), servers.size())) {
                FIGURES.forEach((figure, pointer) -> {
                    double own = median(runs, scenario, servers.getFirst(), pointer);
                    double others = median(runs, scenario, peer, pointer);
                    if (own > 0 && others > 0) {
                        ObjectNode ratio = ratios.addObject();
                        ratio.put("kind", scenario)
                                .put("figure", figure)
                                .put("server", servers.getFirst())
                                .put("value", own)
                                .put("peer", peer)
                                .put("peer_value", others)
                                .put("ratio", own / others);
                    }
                });
            }
        }
        return ratios;
    }

    private static String scenario(JsonNode run) {
        return run.path("kind").asText() + " qos " + run.at("/spec/qos").asInt() + ", "
                + run.at("/spec/connections").asInt() + " connections, "
                + run.at("/spec/bytes").asInt() + " B" + tls(run.at("/spec/tls").asText());
    }

    private static String tls(String kind) {
        return kind.isEmpty() || kind.equals("none") ? "" : ", TLS " + kind;
    }

    private static double median(List<? extends JsonNode> runs, String scenario, String server, String pointer) {
        List<Double> values = new ArrayList<>();
        for (JsonNode run : runs) {
            JsonNode value = run.at(pointer);
            if (scenario(run).equals(scenario) && run.path("server").asText().equals(server) && value.isNumber()) {
                values.add(value.asDouble());
            }
        }
        values.sort(null);
        return values.isEmpty() ? 0 : values.get(values.size() / 2);
    }
}

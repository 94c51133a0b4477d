package io.carillon.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.load.Histograms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;

/**
 * One report of several load machines' that drove the same fleet at the same time. Rates and counts are sums, latencies come from the
 * machines' histograms added up, of any other figure the largest stands.
 */
public final class Merge {
    private static final Set<String> SUMMED = Set.of(
            "per_second",
            "best_per_second",
            "rate",
            "connected",
            "sent",
            "uplinks_lost",
            "flaps",
            "closed",
            "broadcasts",
            "deliveries");

    private Merge() {}

    /**
     * @param reports as {@code --json} wrote them, by the names of their files; two or more
     * @throws IllegalArgumentException naming the report that does not belong to the first
     */
    public static ObjectNode of(Map<String, JsonNode> reports) {
        if (reports.size() < 2) {
            throw new IllegalArgumentException("reports: " + reports.size() + " (expected: two or more)");
        }
        List<String> names = List.copyOf(reports.keySet());
        JsonNode first = reports.getOrDefault(names.getFirst(), JsonNodeFactory.instance.objectNode());
        int runs = first.path("runs").size();
        reports.forEach((name, report) -> require(
                report.path("runs").size() == runs && runs > 0,
                name,
                report.path("runs").size() + " runs",
                runs + ""));
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        ObjectNode conditions = merged.putObject("conditions");
        reports.forEach((name, report) -> report.path("conditions")
                .properties()
                .forEach(one -> conditions.set(name + ", " + one.getKey(), one.getValue())));
        ArrayNode all = merged.putArray("runs");
        for (int i = 0; i < runs; i++) {
            List<JsonNode> same = new ArrayList<>();
            for (String name : names) {
                JsonNode run = reports.getOrDefault(name, first).path("runs").path(i);
                requireSame(name, first.path("runs").path(i), run);
                requireApart(names, same, name, run);
                same.add(run);
            }
            all.add(run(same));
        }
        return merged;
    }

    private static void require(boolean holds, String name, String is, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + is + " (expected: " + expected + ", as the first report)");
        }
    }

    private static void requireSame(String name, JsonNode first, JsonNode run) {
        for (String pointer : List.of("/kind", "/server", "/spec/bytes", "/spec/qos", "/spec/tls")) {
            String expected = first.at(pointer).asText();
            String is = run.at(pointer).asText();
            require(is.equals(expected), name, pointer.substring(pointer.lastIndexOf('/') + 1) + " " + is, expected);
        }
    }

    /** Two machines must not be the same devices. */
    private static void requireApart(List<String> names, List<JsonNode> before, String name, JsonNode run) {
        long from = run.at("/spec/first_device").asLong();
        long to = from + run.at("/spec/connections").asLong();
        for (int i = 0; i < before.size(); i++) {
            long otherFrom = before.get(i).at("/spec/first_device").asLong();
            long otherTo = otherFrom + before.get(i).at("/spec/connections").asLong();
            if (from < otherTo && otherFrom < to) {
                throw new IllegalArgumentException(name + ": devices " + from + " to " + (to - 1) + ", of which "
                        + names.get(i) + " has some (expected: --first-device apart, such as " + otherTo + ")");
            }
        }
    }

    private static ObjectNode run(List<JsonNode> runs) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        JsonNode first = runs.getFirst();
        json.set("server", first.path("server"));
        json.set("kind", first.path("kind"));
        ObjectNode spec = first.path("spec").deepCopy();
        spec.put("connections", sum(runs, "/spec/connections")).put("machines", runs.size());
        json.set("spec", spec);
        json.set("result", merged(paths(runs, "result"), SUMMED, false));
        ObjectNode checks = merged(paths(runs, "checks"), Set.of(), true);
        checks.put(
                "holds", runs.stream().allMatch(run -> run.at("/checks/holds").asBoolean()));
        ArrayNode problems = checks.putArray("problems");
        runs.forEach(run -> run.at("/checks/problems").forEach(problems::add));
        json.set("checks", checks);
        json.putObject("gc").put("pauses", 0);
        json.putArray("series");
        return json;
    }

    private static long sum(List<JsonNode> of, String pointer) {
        return of.stream().mapToLong(one -> one.at(pointer).asLong()).sum();
    }

    private static List<JsonNode> paths(List<JsonNode> of, String key) {
        return of.stream().map(one -> one.path(key)).toList();
    }

    /** @param all every number is a count */
    private static ObjectNode merged(List<JsonNode> objects, Set<String> summed, boolean all) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Set<String> keys = new TreeSet<>();
        objects.forEach(object -> object.fieldNames().forEachRemaining(keys::add));
        for (String key : keys) {
            List<JsonNode> values = paths(objects, key).stream()
                    .filter(value -> !value.isMissingNode())
                    .toList();
            JsonNode first = values.getFirst();
            if (first.has(Histograms.ENCODED)) {
                json.set(key, Histograms.toJsonWhole(added(values)));
            } else if (first.isObject()) {
                json.set(key, merged(values, summed, all));
            } else if (first.isIntegralNumber() && (all || summed.contains(key))) {
                json.put(key, values.stream().mapToLong(JsonNode::asLong).sum());
            } else if (first.isNumber()) {
                json.put(
                        key,
                        all || summed.contains(key)
                                ? values.stream()
                                        .mapToDouble(JsonNode::asDouble)
                                        .sum()
                                : values.stream()
                                        .mapToDouble(JsonNode::asDouble)
                                        .max()
                                        .orElse(0));
            }
        }
        return json;
    }

    private static Histogram added(List<JsonNode> latencies) {
        Histogram all = Histograms.empty();
        latencies.forEach(
                one -> all.add(Histograms.decode(one.path(Histograms.ENCODED).asText())));
        return all;
    }
}

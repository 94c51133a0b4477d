package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.load.Histograms;
import io.carillon.bench.sample.ProcFiles;
import io.carillon.bench.sample.ServerSample;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What goes on over time: a look twice a second at the server and at what load processes told last. Thread-safe. */
final class Series implements AutoCloseable {
    private static final long LOOK_MS = 500;
    private static final int POINTS_MAX = 20_000;
    private static final int LOOKS_PER_LINE = 4;

    private final List<Long> pids;
    private final Consumer<String> progress;
    private final long startNs = System.nanoTime();
    private final ArrayNode points = JsonNodeFactory.instance.arrayNode();
    private final Map<Integer, JsonNode> latest = new HashMap<>();
    private final Map<String, Histogram> recent = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("series").daemon().factory());
    private @Nullable ServerSample before;
    private double deliveredBefore;
    private double loginsBefore;
    private long atNsBefore = startNs;
    private int looks;

    /**
     * @param pids of the server; none: it can't be looked at
     * @param progress gets a line every two seconds
     */
    Series(List<Long> pids, Consumer<String> progress) {
        this.pids = List.copyOf(pids);
        this.progress = progress;
        thread.scheduleAtFixedRate(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    /** What a load process tells twice a second. */
    synchronized void onTick(int member, JsonNode tick) {
        latest.put(member, tick);
        merge("unicast", tick.path("unicast_latencies").asText());
        merge("broadcast", tick.path("broadcast_latencies").asText());
    }

    private void merge(String kind, String histogram) {
        recent.computeIfAbsent(kind, any -> Histograms.empty()).add(Histograms.decode(histogram));
    }

    private synchronized void look() {
        if (points.size() >= POINTS_MAX) {
            return;
        }
        long nowNs = System.nanoTime();
        double interval = (nowNs - atNsBefore) / 1e9;
        atNsBefore = nowNs;
        double delivered = sum("unicasts") + sum("broadcasts") + sum("uplinks");
        double logins = sum("logins");
        ObjectNode point = points.addObject();
        point.put("t", (nowNs - startNs) / 1e9)
                .put("connected", sum("connected"))
                .put("delivered_per_second", (delivered - deliveredBefore) / interval)
                .put("logins_per_second", (logins - loginsBefore) / interval);
        deliveredBefore = delivered;
        loginsBefore = logins;
        recent.forEach((kind, histogram) -> {
            if (histogram.getTotalCount() > 0) {
                point.set(kind, Histograms.toJson(histogram));
                histogram.reset();
            }
        });
        double cpu = addServer(point);
        if (++looks % LOOKS_PER_LINE == 0) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "  %5.1f s: %,.0f connected, %,.0f logins/s, %,.0f deliveries/s, server %.0f %% of a core, %,.0f MB",
                    point.path("t").asDouble(),
                    point.path("connected").asDouble(),
                    point.path("logins_per_second").asDouble(),
                    point.path("delivered_per_second").asDouble(),
                    cpu,
                    point.path("rss_bytes").asDouble() / 1e6));
        }
    }

    private double addServer(ObjectNode point) {
        if (pids.isEmpty()) {
            return 0;
        }
        try {
            ServerSample now = ProcFiles.sample(pids);
            now.writeTo(point);
            ServerSample last = before;
            before = now;
            if (last == null) {
                return 0;
            }
            double cpu = now.cpuPercentSince(last);
            point.put("cpu_percent", cpu).put("system_percent", now.systemPercentSince(last));
            return cpu;
        } catch (IOException e) {
            point.put("server", "gone: " + e.getMessage());
            return 0;
        }
    }

    private double sum(String key) {
        return latest.values().stream()
                .mapToDouble(tick -> tick.path(key).asDouble())
                .sum();
    }

    synchronized ArrayNode points() {
        return points.deepCopy();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.sample.HeapHistogram;
import io.carillon.bench.sample.ServerSample;
import io.carillon.bench.target.MetricsPage;
import io.carillon.bench.target.ServerProcess;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a server uses while it has some connections.
 *
 * @param sample null where it can't be looked at
 * @param heap null where it is no JVM of ours
 * @param metrics null where it has none that are known
 */
record MemoryStep(
        int connections,
        @Nullable ServerSample sample,
        @Nullable HeapHistogram heap,
        @Nullable MetricsPage metrics) {
    private static final int CLASSES_SHOWN = 40;

    /** @param sample taken behind the collections, where there are any */
    static MemoryStep look(ServerProcess server, int connections, Supplier<@Nullable ServerSample> sample)
            throws IOException, InterruptedException {
        boolean jvm = server.gcLog() != null;
        if (jvm) {
            // Twice: what the first one has made unreachable is gone after the second.
            HeapHistogram.of(server.pid());
        }
        HeapHistogram heap = jvm ? HeapHistogram.of(server.pid()) : null;
        return new MemoryStep(connections, sample.get(), heap, server.metrics());
    }

    void writeTo(ObjectNode json) {
        json.put("connections", connections);
        if (sample != null) {
            sample.writeTo(json);
        }
        if (heap != null) {
            json.put("live_heap_bytes", heap.bytes());
        }
        if (metrics != null) {
            json.put("direct_bytes", metrics.directBytes());
        }
    }

    /** What each further connection costs. */
    static void slopes(ObjectNode result, MemoryStep first, MemoryStep last) {
        int more = last.connections - first.connections;
        if (more <= 0) {
            return;
        }
        if (first.sample != null && last.sample != null) {
            long kernel = last.sample.socketBytes()
                    + last.sample.slabBytes()
                    - first.sample.socketBytes()
                    - first.sample.slabBytes();
            result.put("rss_bytes_per_connection", (double) (last.sample.rssBytes() - first.sample.rssBytes()) / more)
                    .put("kernel_bytes_per_connection", (double) kernel / more);
        }
        if (first.metrics != null && last.metrics != null) {
            result.put(
                    "direct_bytes_per_connection",
                    (double) (last.metrics.directBytes() - first.metrics.directBytes()) / more);
        }
        if (first.heap != null && last.heap != null) {
            result.put("live_heap_bytes_per_connection", (double) (last.heap.bytes() - first.heap.bytes()) / more);
            ArrayNode classes = result.putArray("classes");
            last.heap.growthSince(first.heap, more).stream()
                    .limit(CLASSES_SHOWN)
                    .forEach(share -> classes.addObject()
                            .put("class", share.name())
                            .put("objects", share.objects())
                            .put("bytes", share.bytes()));
        }
    }
}

package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.sample.HeapHistogram;
import io.carillon.bench.sample.ServerSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Connections that only ping: what they cost in memory, as the slope between two numbers of them, and in processor time. */
final class IdleScenario {
    private static final int CLASSES_SHOWN = 40;
    private static final long QUIET_SECONDS = 3;

    private record Step(
            int connections,
            @Nullable ServerSample sample,
            @Nullable HeapHistogram heap) {}

    private IdleScenario() {}

    static void run(Stage stage) throws IOException, InterruptedException {
        List<Step> steps = new ArrayList<>();
        ArrayNode all = stage.result().putArray("steps");
        // What the first logins bring into being belongs to no connection.
        stage.connect(Math.min(1_000, stage.spec().memoryFrom()), "connect");
        for (int connections :
                new int[] {stage.spec().memoryFrom(), stage.spec().connections()}) {
            stage.connect(connections, "connect");
            TimeUnit.SECONDS.sleep(QUIET_SECONDS);
            Step step = look(stage, connections);
            steps.add(step);
            ObjectNode json = all.addObject().put("connections", connections);
            if (step.sample != null) {
                step.sample.writeTo(json);
            }
            if (step.heap != null) {
                json.put("live_heap_bytes", step.heap.bytes());
            }
        }
        slopes(stage.result(), steps.getFirst(), steps.getLast());
        stage.progress().accept("  pings");
        ServerSample before = stage.sample();
        TimeUnit.MILLISECONDS.sleep(stage.spec().time().toMillis());
        ObjectNode pings = stage.result().putObject("pings");
        pings.put("interval_seconds", stage.spec().ping().toSeconds());
        stage.cost(pings, before, 0);
    }

    private static Step look(Stage stage, int connections) throws IOException, InterruptedException {
        boolean jvm = stage.server().gcLog() != null;
        if (jvm) {
            // Twice: what the first one has made unreachable is gone after the second.
            HeapHistogram.of(stage.server().pid());
        }
        HeapHistogram heap = jvm ? HeapHistogram.of(stage.server().pid()) : null;
        return new Step(connections, stage.sample(), heap);
    }

    private static void slopes(ObjectNode result, Step first, Step last) {
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

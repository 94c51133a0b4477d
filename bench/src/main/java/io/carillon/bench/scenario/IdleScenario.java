package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.sample.ServerSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Connections that only ping: what they cost in memory, as the slope between two numbers of them, and in processor time. */
final class IdleScenario {
    private static final long QUIET_SECONDS = 3;

    private IdleScenario() {}

    static void run(Stage stage) throws IOException, InterruptedException {
        List<MemoryStep> steps = new ArrayList<>();
        ArrayNode all = stage.result().putArray("steps");
        // What the first logins bring into being belongs to no connection.
        stage.connect(Math.min(1_000, stage.spec().memoryFrom()), "connect");
        for (int connections :
                new int[] {stage.spec().memoryFrom(), stage.spec().connections()}) {
            stage.connect(connections, "connect");
            TimeUnit.SECONDS.sleep(QUIET_SECONDS);
            MemoryStep step = MemoryStep.look(stage.server(), connections, stage::sample);
            steps.add(step);
            step.writeTo(all.addObject());
        }
        MemoryStep.slopes(stage.result(), steps.getFirst(), steps.getLast());
        stage.progress().accept("  pings");
        TimeUnit.MILLISECONDS.sleep(stage.spec().warmUp().toMillis());
        ServerSample before = stage.sample();
        TimeUnit.MILLISECONDS.sleep(stage.spec().time().toMillis());
        ObjectNode pings = stage.result().putObject("pings");
        pings.put("interval_seconds", stage.spec().ping().toSeconds());
        stage.cost(pings, before, 0);
    }
}

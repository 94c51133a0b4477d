package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Broadcasts one after another, and what of them came to which device. Thread-safe. */
final class BroadcastTraffic {
    private static final long POLL_MS = 50;
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(3);

    private final CenterClient center;
    private final int devices;
    private final Map<String, Run> runs = new ConcurrentHashMap<>();

    /** One broadcast's arrivals, by device. */
    static final class Run {
        private final AtomicIntegerArray arrivals;
        private long firstNs;
        private long lastNs;

        Run(int devices) {
            arrivals = new AtomicIntegerArray(devices);
        }

        synchronized void arrived(int device, long atNs) {
            arrivals.incrementAndGet(device);
            firstNs = firstNs == 0 ? atNs : Math.min(firstNs, atNs);
            lastNs = Math.max(lastNs, atNs);
        }

        synchronized long firstNs() {
            return firstNs;
        }

        synchronized long lastNs() {
            return lastNs;
        }

        int exactlyOnce() {
            int count = 0;
            for (int device = 0; device < arrivals.length(); device++) {
                count += arrivals.get(device) == 1 ? 1 : 0;
            }
            return count;
        }

        int moreThanOnce() {
            int count = 0;
            for (int device = 0; device < arrivals.length(); device++) {
                count += arrivals.get(device) > 1 ? 1 : 0;
            }
            return count;
        }
    }

    /** A broadcast that was sent: when, and what arrived. */
    record Sent(String id, long startedNs, Run run) {
        double secondsToLast() {
            return (run.lastNs() - startedNs) / 1e9;
        }

        double walkSeconds() {
            return (run.lastNs() - run.firstNs()) / 1e9;
        }
    }

    BroadcastTraffic(CenterClient center, int devices) {
        this.center = center;
        this.devices = devices;
    }

    /** Sends one and waits until every device has it, or too long. */
    Sent send(int payloadBytes, int ratePerSecond) throws CenterException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("payload", "b".repeat(payloadBytes));
        body.putObject("audience").put("all", true);
        body.put("ttl_seconds", 600);
        if (ratePerSecond > 0) {
            body.put("rate_per_second", ratePerSecond);
        }
        long startedNs = System.nanoTime();
        CenterClient.Answer answer = center.post("/v1/broadcasts", body);
        if (answer.status() != 202) {
            throw new CenterException("broadcast refused: " + answer.problem());
        }
        String id = answer.body().path("broadcast_id").asText();
        Run run = run(id);
        while (run.exactlyOnce() + run.moreThanOnce() < devices && System.nanoTime() - startedNs < LIMIT_NS) {
            Thread.sleep(POLL_MS);
        }
        return new Sent(id, startedNs, run);
    }

    /** A broadcast's PUSH arrived. */
    void arrived(String id, int device, long atNs) {
        run(id).arrived(device, atNs);
    }

    private Run run(String id) {
        return runs.computeIfAbsent(id, any -> new Run(devices));
    }

    /** What center says of a broadcast. */
    JsonNode progress(String id) throws CenterException, InterruptedException {
        return center.get("/v1/broadcasts/" + id).body();
    }

    static List<Double> seconds(List<Sent> sent) {
        List<Double> seconds = new ArrayList<>();
        sent.forEach(one -> seconds.add(one.secondsToLast()));
        return seconds;
    }
}

package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.carillon.bench.check.TestMessage;
import io.carillon.bench.inject.Injector;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Sends broadcasts to all devices, a number of them under way at a time: the next goes when one has come to the last
 * device. Thread-safe.
 */
final class Broadcasts {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    private final Injector injector;
    private final ScenarioSpec spec;
    private final int run;
    private final int members;
    // Guarded by this.
    private final Map<Long, Open> open = new HashMap<>();
    private long next;
    private long completed;
    private long endNs;
    private long lastNs;
    private int outstanding;

    private static final class Open {
        private final Set<Integer> missing = new HashSet<>();
        private long lastNs;
    }

    /** One phase: how many came to all devices, and from the first send to the last arrival. */
    record Phase(long completed, double seconds) {}

    Broadcasts(Injector injector, ScenarioSpec spec, int run, int members) {
        this.injector = injector;
        this.spec = spec;
        this.run = run;
        this.members = members;
    }

    /** Sends one, and waits until it came to all. Returns the seconds that took, negative where it never did. */
    synchronized double single() throws InterruptedException {
        outstanding = 0;
        long dueNs = System.nanoTime();
        send(dueNs);
        return awaitAll() ? (lastNs - dueNs) / 1e9 : -1;
    }

    /** Sends for a while, and waits until all came. */
    synchronized Phase sustained(double seconds) throws InterruptedException {
        long before = completed;
        long startNs = System.nanoTime();
        endNs = startNs + (long) (seconds * 1e9);
        outstanding = spec.outstanding();
        for (int i = 0; i < spec.outstanding(); i++) {
            send(System.nanoTime());
        }
        awaitAll();
        return new Phase(completed - before, (lastNs - startNs) / 1e9);
    }

    private void send(long dueNs) {
        long number = next++;
        Open one = new Open();
        for (int i = 0; i < members; i++) {
            one.missing.add(i);
        }
        open.put(number, one);
        byte[] payload = TestMessage.encode(spec.bytes(), run, TestMessage.ALL, 0, 0, number, dueNs);
        injector.sendToAll(number, payload, spec.qos() == 0);
    }

    private boolean awaitAll() throws InterruptedException {
        long limitNs = System.nanoTime() + LIMIT_NS;
        long before = completed;
        while (!open.isEmpty()) {
            wait(100);
            if (completed > before) {
                before = completed;
                limitNs = System.nanoTime() + LIMIT_NS;
            } else if (System.nanoTime() > limitNs) {
                open.clear();
                return false;
            }
        }
        return true;
    }

    /** An event of a load process: a broadcast has come to the last of its devices. */
    synchronized void onEvent(int member, JsonNode event) {
        long number = event.path("number").asLong();
        Open one = open.get(number);
        if (one == null || !one.missing.remove(member)) {
            return;
        }
        one.lastNs = Math.max(one.lastNs, event.path("last_ns").asLong());
        if (!one.missing.isEmpty()) {
            return;
        }
        open.remove(number);
        completed++;
        lastNs = Math.max(lastNs, one.lastNs);
        if (outstanding > 0 && System.nanoTime() < endNs) {
            send(System.nanoTime());
        }
        notifyAll();
    }

    synchronized long sent() {
        return next;
    }
}

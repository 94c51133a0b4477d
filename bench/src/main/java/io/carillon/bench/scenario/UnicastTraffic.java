package io.carillon.bench.scenario;

import io.carillon.bench.load.LatencyRecorder;
import io.carillon.bench.load.OpenLoop;
import io.carillon.deploy.http.CenterClient;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntFunction;

/**
 * Unicasts over HTTP at a steady rate, one user a request, each to a random device, and what became of them. The payload
 * carries number, device and due time, so that every arrival can be checked and timed. Thread-safe.
 */
final class UnicastTraffic {
    private static final String MARK = "unicast";
    private static final int SENT_MAX = 4_000_000;
    /** Each request in flight is a connection of its own: files are bounded. */
    private static final int IN_FLIGHT_MAX = 512;

    private final CenterClient center;
    private final IntFunction<String> userOf;
    private final int devices;
    private final AtomicIntegerArray arrivals = new AtomicIntegerArray(SENT_MAX);
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger doubled = new AtomicInteger();
    private final AtomicInteger misdirected = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile LatencyRecorder latencies = new LatencyRecorder();
    private int sent;

    /** @param userOf the user's name of a device's number */
    UnicastTraffic(CenterClient center, IntFunction<String> userOf, int devices) {
        this.center = center;
        this.userOf = userOf;
        this.devices = devices;
    }

    /** Sends for some time on the calling thread, and returns the latencies of what arrives from now on. */
    LatencyRecorder run(double perSecond, double seconds) throws InterruptedException {
        LatencyRecorder recorder = new LatencyRecorder();
        latencies = recorder;
        if (sent + perSecond * seconds > SENT_MAX) {
            throw new IllegalArgumentException("unicasts: more than " + SENT_MAX);
        }
        sent += new OpenLoop(perSecond).run(seconds, sent, this::send);
        return recorder;
    }

    private void send(int number, long dueNs) {
        // Who waits here is late for its due time, and is measured from there.
        inFlight.acquireUninterruptibly();
        int device = ThreadLocalRandom.current().nextInt(devices);
        String payload = MARK + ' ' + number + ' ' + device + ' ' + dueNs;
        center.message(List.of(userOf.apply(device)), payload, null).whenComplete((answer, failure) -> {
            inFlight.release();
            answered.incrementAndGet();
            boolean taken = answer != null
                    && answer.ok()
                    && answer.body()
                            .path("results")
                            .path(0)
                            .path("status")
                            .asText()
                            .equals("stored");
            (taken ? stored : refused).incrementAndGet();
        });
    }

    /** Takes a payload that arrived; false where it is none of these. */
    boolean arrived(int device, String payload, long atNs) {
        if (!payload.startsWith(MARK)) {
            return false;
        }
        String[] parts = payload.split(" ", 4);
        if (Integer.parseInt(parts[2]) != device) {
            misdirected.incrementAndGet();
        } else if (arrivals.getAndIncrement(Integer.parseInt(parts[1])) > 0) {
            doubled.incrementAndGet();
        } else {
            arrived.incrementAndGet();
            latencies.record(atNs - Long.parseLong(parts[3]));
        }
        return true;
    }

    /** All were answered, and all that were stored have arrived. */
    boolean settled() {
        return answered.get() == sent && arrived.get() >= stored.get();
    }

    int sent() {
        return sent;
    }

    /** Stored and not arrived. */
    int lost() {
        return Math.max(0, stored.get() - arrived.get());
    }

    int refused() {
        return refused.get();
    }

    int doubled() {
        return doubled.get();
    }

    int misdirected() {
        return misdirected.get();
    }
}

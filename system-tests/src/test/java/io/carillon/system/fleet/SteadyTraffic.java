package io.carillon.system.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.deploy.traffic.UnicastSender;
import io.carillon.deploy.traffic.UnicastSender.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Unicasts to users in turn, at a steady rate, on a thread of its own until it is stopped. */
final class SteadyTraffic implements AutoCloseable {
    private static final int IN_FLIGHT_MAX = 500;

    private final UnicastSender sender;
    private final List<String> users;
    private final long gapNs;
    private final List<CompletableFuture<Sent>> sent = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopping;

    SteadyTraffic(RunningFleet fleet, List<String> users, int perSecond) {
        this.sender = fleet.sender(IN_FLIGHT_MAX);
        this.users = users;
        this.gapNs = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.thread = Thread.ofPlatform().name("traffic").start(this::run);
    }

    private void run() {
        try {
            long dueNs = System.nanoTime();
            for (int i = 0; !stopping; i++) {
                sent.add(sender.send(users.get(i % users.size()), "steady " + i));
                dueNs += gapNs;
                long waitNs = dueNs - System.nanoTime();
                if (waitNs > 0) {
                    TimeUnit.NANOSECONDS.sleep(waitNs);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it; what was answered 200 and stored, and so must arrive. */
    List<Sent> stop() throws InterruptedException {
        stopping = true;
        thread.join();
        sender.drain();
        List<Sent> promised = sent.stream()
                .map(CompletableFuture::join)
                .filter(Sent::promised)
                .toList();
        assertThat(promised).isNotEmpty();
        return promised;
    }

    /** Those that did not come to their listener exactly once, with how often they came. */
    static List<String> notOnce(List<Sent> promised, MovingDevices devices) {
        List<String> wrong = new ArrayList<>();
        for (Sent one : promised) {
            Map<String, Integer> times = devices.times(one.messageId());
            if (!devices.onceFor(one.messageId(), one.user())) {
                wrong.add(one.messageId() + " for " + one.user() + " came " + times);
            }
        }
        return wrong;
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join();
    }
}

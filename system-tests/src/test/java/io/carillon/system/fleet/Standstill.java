package io.carillon.system.fleet;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long the machine let a thread wait that wanted to run every few milliseconds. */
final class Standstill implements AutoCloseable {
    private static final long EACH_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Thread clock = Thread.ofPlatform().start(this::run);
    private volatile boolean over;
    private volatile long longestNs;

    private void run() {
        long last = System.nanoTime();
        while (!over) {
            LockSupport.parkNanos(EACH_NS);
            long now = System.nanoTime();
            longestNs = Math.max(longestNs, now - last - EACH_NS);
            last = now;
        }
    }

    long longestNs() {
        return longestNs;
    }

    double longestSeconds() {
        return longestNs / 1e9;
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        clock.join();
    }
}

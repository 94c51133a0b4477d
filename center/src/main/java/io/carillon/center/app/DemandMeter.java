package io.carillon.center.app;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** What was asked for in the last two seconds, as a mean a second. Not thread-safe. */
final class DemandMeter {
    private static final long SLOT_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int SLOTS = 8;

    private final long[] counts = new long[SLOTS];
    private final long startNs;
    /** Since the start; those after the last one that was used are empty. */
    private long slot;

    DemandMeter(long nowNs) {
        startNs = nowNs;
    }

    void add(int count, long nowNs) {
        advance(nowNs);
        counts[(int) (slot % SLOTS)] += count;
    }

    double perSecond(long nowNs) {
        advance(nowNs);
        return Arrays.stream(counts).sum() / (SLOTS * SLOT_NS / (double) TimeUnit.SECONDS.toNanos(1));
    }

    private void advance(long nowNs) {
        long now = Math.max(slot, (nowNs - startNs) / SLOT_NS);
        for (long next = Math.max(slot + 1, now - SLOTS + 1); next <= now; next++) {
            counts[(int) (next % SLOTS)] = 0;
        }
        slot = now;
    }
}

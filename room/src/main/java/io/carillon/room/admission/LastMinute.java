package io.carillon.room.admission;

import java.util.concurrent.TimeUnit;

/** How often something happened within the last sixty seconds, by second. Thread-safe. */
final class LastMinute {
    private static final int SECONDS = 60;

    private final long[] second = new long[SECONDS];
    private final int[] count = new int[SECONDS];

    synchronized void add(long nowNs) {
        long now = TimeUnit.NANOSECONDS.toSeconds(nowNs);
        int at = Math.floorMod(now, SECONDS);
        if (second[at] != now) {
            second[at] = now;
            count[at] = 0;
        }
        count[at]++;
    }

    /** Within the last {@code seconds}, at most 60, the running one included. */
    synchronized long sum(long nowNs, int seconds) {
        long now = TimeUnit.NANOSECONDS.toSeconds(nowNs);
        long sum = 0;
        for (int at = 0; at < SECONDS; at++) {
            if (second[at] > now - seconds && second[at] <= now) {
                sum += count[at];
            }
        }
        return sum;
    }
}

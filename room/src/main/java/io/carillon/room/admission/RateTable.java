package io.carillon.room.admission;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A token bucket for each of many keys, in two flat arrays. Thread-safe: one short lock.
 *
 * <p>A bucket is one number, the time at which it would be full again (the generic cell rate algorithm: ITU-T I.371): one
 * that is full needs no entry, so that the table forgets by itself. It is set-associative: a key has eight places. Where all
 * are taken by buckets that are not full, the fullest of them is forgotten, and its key begins anew with a full one: the bound
 * errs on the side of letting in, and no flood of addresses makes the table grow or slow.
 */
final class RateTable {
    private static final int WAYS = 8;
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private final long[] keys;
    private final long[] fullAtNs;
    private final int setShift;
    private final long intervalNs;
    private final long toleranceNs;
    private final long penaltyNs;
    private final long originNs;

    /**
     * @param entriesMax rounded up to a power of two, at least 8
     * @param perSecond tokens that come back; at most {@code burst} are there
     * @param penaltyNs who finds the bucket empty waits so long; 0: for one token
     */
    RateTable(int entriesMax, double perSecond, int burst, long penaltyNs, long nowNs) {
        int entries = entriesMax <= WAYS ? WAYS : Integer.highestOneBit(entriesMax - 1) * 2;
        keys = new long[entries];
        fullAtNs = new long[entries];
        Arrays.fill(fullAtNs, Long.MIN_VALUE);
        setShift = Long.SIZE - Integer.numberOfTrailingZeros(entries / WAYS);
        intervalNs = Math.max(1, (long) (TimeUnit.SECONDS.toNanos(1) / perSecond));
        toleranceNs = intervalNs * (burst - 1L);
        this.penaltyNs = penaltyNs;
        originNs = nowNs;
    }

    int capacity() {
        return keys.length;
    }

    /**
     * Takes a token.
     *
     * @return 0 where there was one, else nanoseconds until there is one
     */
    synchronized long take(long key, long nowNs) {
        long now = nowNs - originNs;
        int at = place(key, now);
        long fullAt = Math.max(now, fullAtNs[at]);
        long missing = fullAt - now - toleranceNs;
        if (missing <= 0) {
            keys[at] = key;
            fullAtNs[at] = fullAt + intervalNs;
            return 0;
        }
        if (penaltyNs > 0 && missing <= intervalNs) {
            fullAtNs[at] = now + toleranceNs + penaltyNs;
            return penaltyNs;
        }
        return missing;
    }

    /** Puts back a token that was taken and not used. */
    synchronized void giveBack(long key, long nowNs) {
        long now = nowNs - originNs;
        int at = place(key, now);
        if (keys[at] == key && fullAtNs[at] > now) {
            fullAtNs[at] -= intervalNs;
        }
    }

    /** Where the key is, else where it may go; there the key and its time are set to a full bucket's. */
    private int place(long key, long now) {
        int set = setShift == Long.SIZE ? 0 : (int) ((key * MULTIPLIER) >>> setShift);
        int first = set * WAYS;
        int fullest = first;
        for (int at = first; at < first + WAYS; at++) {
            if (keys[at] == key && fullAtNs[at] > now) {
                return at;
            }
            if (fullAtNs[at] < fullAtNs[fullest]) {
                fullest = at;
            }
        }
        keys[fullest] = key;
        fullAtNs[fullest] = now;
        return fullest;
    }
}

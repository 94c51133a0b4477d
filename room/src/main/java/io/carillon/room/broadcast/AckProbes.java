package io.carillon.room.broadcast;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A few messages at a time whose acknowledgement is waited for, to learn how long one takes. One that is not acknowledged in
 * two seconds tells nothing: its device may be gone. Event-loop confined; allocates nothing.
 */
final class AckProbes {
    private static final int MAX = 16;
    private static final int ALL = (1 << MAX) - 1;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);

    private final @Nullable Object[] to = new @Nullable Object[MAX];
    private final long[] seqs = new long[MAX];
    private final double[] agesMs = new double[MAX];
    private final long[] writtenNs = new long[MAX];
    /** A bit for each place that is taken. */
    private int taken;

    /** Watches a message where there is a place for it; {@code ageMs} is how old it is now. */
    void add(Object receiver, long seq, long ageMs, long nowNs) {
        if (taken == ALL) {
            forgetOld(nowNs);
        }
        if (taken != ALL) {
            int place = Integer.numberOfTrailingZeros(~taken);
            taken |= 1 << place;
            to[place] = receiver;
            seqs[place] = seq;
            agesMs[place] = (double) ageMs;
            writtenNs[place] = nowNs;
        }
    }

    /** The age of an acknowledged message; NaN where it is none of those that are watched. */
    double take(Object receiver, long seq, long nowNs) {
        for (int left = taken; left != 0; left &= left - 1) {
            int place = Integer.numberOfTrailingZeros(left);
            if (seqs[place] == seq && to[place] == receiver) {
                forget(place);
                return ageMs(place, nowNs);
            }
        }
        return Double.NaN;
    }

    /** The age of the oldest that is not acknowledged; negative infinity where there is none. */
    double oldestMs(long nowNs) {
        forgetOld(nowNs);
        double oldest = Double.NEGATIVE_INFINITY;
        for (int left = taken; left != 0; left &= left - 1) {
            oldest = Math.max(oldest, ageMs(Integer.numberOfTrailingZeros(left), nowNs));
        }
        return oldest;
    }

    private double ageMs(int place, long nowNs) {
        return agesMs[place] + (double) (nowNs - writtenNs[place]) / 1e6;
    }

    private void forgetOld(long nowNs) {
        for (int left = taken; left != 0; left &= left - 1) {
            int place = Integer.numberOfTrailingZeros(left);
            if (nowNs - writtenNs[place] > PATIENCE_NS) {
                forget(place);
            }
        }
    }

    private void forget(int place) {
        taken &= ~(1 << place);
        to[place] = null;
    }
}

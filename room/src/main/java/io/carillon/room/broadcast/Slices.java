package io.carillon.room.broadcast;

import java.util.function.LongSupplier;

/** Work of a loop that is done in slices, a few connections each. Event-loop confined. */
abstract class Slices {
    /** There is more to do, after what else the loop has. */
    static final long SOON = 0;
    /** Nothing to do until something changes. */
    static final long IDLE = Long.MAX_VALUE;

    /** When the next slice is due, by the loop's clock, or {@link #IDLE}. */
    private long dueNs = IDLE;

    /** Does a little; returns in how many nanoseconds the next slice is due. */
    abstract long slice();

    /** True when it is never to be called again. */
    abstract boolean over();

    /** Nothing is left to do until {@link #wake}: it need not be looked at meanwhile. */
    boolean rests() {
        return false;
    }

    final void wake(long nowNs) {
        dueNs = nowNs;
    }

    final boolean isDue(long nowNs) {
        return dueNs != IDLE && dueNs - nowNs <= 0;
    }

    final void run(long nowNs) {
        run(nowNs, this::slice);
    }

    /** Does {@code slice} instead of {@link #slice()}, and takes what it returns in the same way. */
    final void run(long nowNs, LongSupplier slice) {
        dueNs = IDLE;
        long waitNs = slice.getAsLong();
        if (waitNs != IDLE) {
            dueNs = nowNs + waitNs;
        }
    }

    /** Until the next slice; {@link #IDLE}: none is due. */
    final long waitNs(long nowNs) {
        return dueNs == IDLE ? IDLE : Math.max(0, dueNs - nowNs);
    }
}

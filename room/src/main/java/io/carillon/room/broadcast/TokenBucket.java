package io.carillon.room.broadcast;

import java.util.concurrent.TimeUnit;

/**
 * Lets so many pass a second. It begins empty and holds a quarter of a second's worth, so that no ten seconds see more
 * than a fortieth above the rate, and a loop that was busy for a moment catches up. Event-loop confined.
 */
final class TokenBucket {
    static final double UNLIMITED = Double.POSITIVE_INFINITY;

    private static final double SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final double HELD_SECONDS = 0.25;
    private static final long WAIT_NS_MIN = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long WAIT_NS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private double perSecond;
    private double tokens;
    private long filledNs;

    TokenBucket(long nowNs) {
        filledNs = nowNs;
    }

    /** @param newPerSecond 0: nothing passes but what was held; {@link #UNLIMITED} for no limit */
    void refill(double newPerSecond, long nowNs) {
        if (perSecond != UNLIMITED) {
            tokens += perSecond * ((nowNs - filledNs) / SECOND_NS);
        }
        filledNs = nowNs;
        perSecond = newPerSecond;
        tokens = perSecond == UNLIMITED ? 0 : Math.min(tokens, Math.max(1, perSecond * HELD_SECONDS));
    }

    /** What gathered is lost: after a pause. */
    void empty(long nowNs) {
        tokens = 0;
        filledNs = nowNs;
    }

    boolean mayPass() {
        return perSecond == UNLIMITED || tokens >= 1;
    }

    void pass() {
        if (perSecond != UNLIMITED) {
            tokens--;
        }
    }

    /** When it is worth while to look again. */
    long waitNs() {
        if (perSecond == 0) {
            return WAIT_NS_MAX;
        }
        long needed = (long) ((1 - tokens) / perSecond * SECOND_NS);
        return Math.clamp(needed, WAIT_NS_MIN, WAIT_NS_MAX);
    }
}

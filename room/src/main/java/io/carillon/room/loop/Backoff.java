package io.carillon.room.loop;

import java.util.function.LongUnaryOperator;

/** Growing waits between attempts, with jitter: half of a doubling bound, plus a random part of the other half. */
public final class Backoff {
    private final long firstNs;
    private final long maxNs;
    private final LongUnaryOperator randomBelow;
    private int failures;

    /** @param randomBelow a random number from 0 to its argument, exclusive */
    public Backoff(long firstNs, long maxNs, LongUnaryOperator randomBelow) {
        this.firstNs = firstNs;
        this.maxNs = maxNs;
        this.randomBelow = randomBelow;
    }

    /** How long to wait after one more failure. */
    public long failed() {
        long bound = failures >= 20 ? maxNs : Math.min(maxNs, firstNs << failures);
        failures++;
        return bound / 2 + randomBelow.applyAsLong(bound / 2 + 1);
    }

    public void succeeded() {
        failures = 0;
    }

    /** Failures in a row. */
    public int failures() {
        return failures;
    }
}

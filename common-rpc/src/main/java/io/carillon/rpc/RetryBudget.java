package io.carillon.rpc;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps retries below a share of calls, so that retries cannot multiply the load of a struggling fleet.
 *
 * <p>A token bucket that starts empty: each call puts in its share of a token, each retry takes a whole one. Over any
 * time the retries are at most share × calls. Thread-safe.
 */
public final class RetryBudget {
    private static final long TOKEN = 1_000_000;

    /** Tokens kept at most: a quiet time does not save up for a storm. */
    private static final long TOKENS_MAX = 100;

    private final long perCall;
    private final AtomicLong level = new AtomicLong();

    /** @param share retries per call, 0 to 1 */
    public RetryBudget(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("retry-share: " + share + " (expected: 0 to 1)");
        }
        perCall = (long) (share * TOKEN);
    }

    /** A first attempt is made. */
    public void onCall() {
        if (level.get() < TOKENS_MAX * TOKEN) {
            // Benign race: concurrent callers may exceed the bound by a share each.
            level.addAndGet(perCall);
        }
    }

    /** True where a retry may be made now; it is then counted as made. */
    public boolean tryRetry() {
        long now = level.get();
        while (now >= TOKEN) {
            if (level.compareAndSet(now, now - TOKEN)) {
                return true;
            }
            now = level.get();
        }
        return false;
    }
}

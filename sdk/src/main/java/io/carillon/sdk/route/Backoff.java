package io.carillon.sdk.route;

import io.carillon.sdk.platform.AppState;
import java.util.Random;

/**
 * When to try again: full jitter over an exponential, and a bucket of attempts over everything. Time comes in as an
 * argument. Not thread-safe.
 */
public final class Backoff {
    private static final long MIN_MS = 200;
    private static final int EXPONENT_MAX = 20;
    private static final int TOKENS_MAX = 10;
    private static final long TOKEN_MS = 15_000;
    private static final long NETWORK_CHANGE_MS = 200;
    private static final long NETWORK_CHANGE_GAP_MS = 5_000;

    private final Random random;
    private int failures;
    private int tokens = TOKENS_MAX;
    private long tokensAtMs;
    private long networkChangeAtMs;
    private boolean networkChanged;

    public Backoff(Random random, long nowMs) {
        this.random = random;
        this.tokensAtMs = nowMs;
    }

    /** After a failure or a lost connection: how long to wait. */
    public long delayMs(AppState state) {
        long base = state == AppState.FRONT ? 1_000 : state == AppState.ACTIVE_BEHIND ? 2_000 : 5_000;
        long cap = state == AppState.FRONT ? 60_000 : state == AppState.ACTIVE_BEHIND ? 300_000 : 600_000;
        long ceiling = Math.min(cap, base << Math.min(EXPONENT_MAX, failures));
        return Math.max(MIN_MS, (long) (random.nextDouble() * ceiling));
    }

    /** An attempt failed, or a session ended before it had worked for a minute. */
    public void onFailure() {
        failures = Math.min(EXPONENT_MAX, failures + 1);
    }

    /** A session worked for a minute. */
    public void onWorkingSession() {
        failures = 0;
    }

    /** {@code retryAfterMs}, spread so that not all come back at once. */
    public long busyDelayMs(long retryAfterMs) {
        return (long) (retryAfterMs * (1 + random.nextDouble() / 2));
    }

    /** The network changed: how long to wait, at most once in five seconds; else as after a failure. */
    public long networkChangeDelayMs(long nowMs, AppState state) {
        if (networkChanged && nowMs - networkChangeAtMs < NETWORK_CHANGE_GAP_MS) {
            return delayMs(state);
        }
        networkChanged = true;
        networkChangeAtMs = nowMs;
        return (long) (random.nextDouble() * NETWORK_CHANGE_MS);
    }

    /** Takes one attempt out of the bucket; 0, or how long until there is one, ms. */
    public long takeAttemptMs(long nowMs) {
        long gained = (nowMs - tokensAtMs) / TOKEN_MS;
        if (tokens + gained >= TOKENS_MAX) {
            tokens = TOKENS_MAX;
            tokensAtMs = nowMs;
        } else {
            tokens += (int) gained;
            tokensAtMs += gained * TOKEN_MS;
        }
        if (tokens == 0) {
            return tokensAtMs + TOKEN_MS - nowMs;
        }
        tokens--;
        return 0;
    }
}

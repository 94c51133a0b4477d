package io.carillon.sdk.route;

import io.carillon.sdk.platform.NetworkKind;

/**
 * How long to wait for bytes, after Tencent Mars: it follows what was sent, how much else is in flight, and the network.
 * One for each network; not thread-safe.
 */
public final class ReadTimeouts {
    private static final int GOOD_IN_A_ROW = 10;
    private static final int IN_FLIGHT_MAX = 5;

    private final long baseMs;
    private final long trustedBaseMs;
    private final long bytesPerSecond;
    private final long maxMs;
    private final long gapMs;
    private final long betweenPacketsMs;
    private int good;

    private ReadTimeouts(
            long baseMs, long trustedBaseMs, long bytesPerSecond, long maxMs, long gapMs, long betweenPacketsMs) {
        this.baseMs = baseMs;
        this.trustedBaseMs = trustedBaseMs;
        this.bytesPerSecond = bytesPerSecond;
        this.maxMs = maxMs;
        this.gapMs = gapMs;
        this.betweenPacketsMs = betweenPacketsMs;
    }

    public static ReadTimeouts of(NetworkKind kind) {
        return kind == NetworkKind.CELLULAR
                ? new ReadTimeouts(15_000, 10_000, 4 * 1024, 30_000, 3_000, 12_000)
                : new ReadTimeouts(12_000, 7_000, 12 * 1024, 22_000, 1_500, 8_000);
    }

    /**
     * To the first byte of an answer.
     *
     * @param bytes how many were sent
     * @param inFlight other exchanges that wait on the same connection
     */
    public long firstByteMs(long bytes, int inFlight) {
        long base = good >= GOOD_IN_A_ROW ? trustedBaseMs : baseMs;
        return Math.min(base + 1000 * bytes / bytesPerSecond, maxMs) + Math.min(inFlight, IN_FLIGHT_MAX) * gapMs;
    }

    /** From one part of an answer to the next. */
    public long betweenPacketsMs() {
        return betweenPacketsMs;
    }

    /** An exchange ended in time. */
    public void onGood() {
        good = Math.min(GOOD_IN_A_ROW, good + 1);
    }

    /** One did not. */
    public void onBad() {
        good = 0;
    }
}

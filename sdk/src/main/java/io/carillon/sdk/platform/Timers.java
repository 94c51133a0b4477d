package io.carillon.sdk.platform;

/**
 * A monotonic clock and what rings by it. On Android the clock is {@code SystemClock.elapsedRealtimeNanos}, which counts
 * sleep, and long waits go through {@code AlarmManager}. Implementations are thread-safe.
 */
public interface Timers {
    /** Nanoseconds since some fixed moment, sleep of the device included. Never goes back. */
    long nanoTime();

    /** Calls {@code task} once, on any thread, not before {@code delayNs} have passed. The task is short and never throws. */
    Cancellable schedule(Runnable task, long delayNs);
}

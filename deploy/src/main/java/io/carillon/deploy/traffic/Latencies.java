package io.carillon.deploy.traffic;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Latencies and their percentiles. Not thread-safe. */
public final class Latencies {
    private static final long HIGHEST_US = 3_600_000_000L;
    private static final int DIGITS = 3;

    private final Histogram micros = new Histogram(HIGHEST_US, DIGITS);

    /** Below zero counts as zero: the two ends were noted by different threads. */
    public void record(long ns) {
        micros.recordValue(Math.clamp(ns / 1_000, 0, HIGHEST_US));
    }

    public long count() {
        return micros.getTotalCount();
    }

    /** Such as {@code p50 2.1 ms, p90 4.0 ms, p99 9.8 ms, max 20.2 ms}. */
    @Override
    public String toString() {
        if (count() == 0) {
            return "none";
        }
        return String.format(
                Locale.ROOT,
                "p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms",
                micros.getValueAtPercentile(50) / 1_000.0,
                micros.getValueAtPercentile(90) / 1_000.0,
                micros.getValueAtPercentile(99) / 1_000.0,
                micros.getMaxValue() / 1_000.0);
    }
}

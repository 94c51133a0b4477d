package io.carillon.bench.load;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Latencies, recorded from any thread. */
public final class LatencyRecorder {
    private static final long HIGHEST_US = 600_000_000L;
    private static final int DIGITS = 3;

    private final Histogram micros = new ConcurrentHistogram(HIGHEST_US, DIGITS);

    public void record(long ns) {
        micros.recordValue(Math.clamp(ns / 1_000, 0, HIGHEST_US));
    }

    public long count() {
        return micros.getTotalCount();
    }

    public double percentileMs(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1_000.0;
    }

    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("count", count())
                .put("p50_ms", percentileMs(50))
                .put("p90_ms", percentileMs(90))
                .put("p99_ms", percentileMs(99))
                .put("p999_ms", percentileMs(99.9))
                .put("max_ms", micros.getMaxValue() / 1_000.0);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "p50 %.1f, p90 %.1f, p99 %.1f, p99.9 %.1f, max %.1f ms (%,d)",
                percentileMs(50),
                percentileMs(90),
                percentileMs(99),
                percentileMs(99.9),
                micros.getMaxValue() / 1_000.0,
                count());
    }
}

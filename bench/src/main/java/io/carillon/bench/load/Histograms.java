package io.carillon.bench.load;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Histograms of microseconds as they travel between processes: HdrHistogram's compressed form, in base64. */
public final class Histograms {
    public static final long HIGHEST_US = 600_000_000L;
    private static final int DIGITS = 3;
    /** Where {@link #toJsonWhole} has the histogram itself. */
    public static final String ENCODED = "histogram";

    private Histograms() {}

    public static Histogram empty() {
        return new Histogram(HIGHEST_US, DIGITS);
    }

    public static String encode(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    /** @throws IllegalArgumentException where the text is no histogram */
    public static Histogram decode(String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), HIGHEST_US);
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalArgumentException("histogram: " + e + " (expected: base64 of a compressed one)", e);
        }
    }

    /** Counts and percentiles, in milliseconds. */
    public static ObjectNode toJson(Histogram micros) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("count", micros.getTotalCount())
                .put("mean_ms", micros.getTotalCount() == 0 ? 0 : micros.getMean() / 1_000)
                .put("p50_ms", ms(micros, 50))
                .put("p90_ms", ms(micros, 90))
                .put("p99_ms", ms(micros, 99))
                .put("p999_ms", ms(micros, 99.9))
                .put("max_ms", micros.getMaxValue() / 1_000.0);
    }

    /** The same, and the histogram itself, so that those of several machines can be added up. */
    public static ObjectNode toJsonWhole(Histogram micros) {
        return toJson(micros).put(ENCODED, encode(micros));
    }

    private static double ms(Histogram micros, double percentile) {
        return micros.getValueAtPercentile(percentile) / 1_000.0;
    }
}

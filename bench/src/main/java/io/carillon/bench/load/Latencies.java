package io.carillon.bench.load;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Latencies of one kind, recorded from any thread: since the start of a measurement, and since the last look. */
public final class Latencies {
    private final Recorder recent = new Recorder(Histograms.HIGHEST_US, 3);
    // Guarded by this.
    private Histogram total = Histograms.empty();

    public void record(long ns) {
        recent.recordValue(Math.clamp(ns / 1_000, 0, Histograms.HIGHEST_US));
    }

    /** Begins a measurement: what came before counts no more. */
    public synchronized void begin() {
        recent.getIntervalHistogram();
        total = Histograms.empty();
    }

    /** What came since the last look; it is added to the whole. */
    public synchronized Histogram look() {
        Histogram interval = recent.getIntervalHistogram();
        total.add(interval);
        return interval;
    }

    /** What came since the beginning. */
    public synchronized Histogram whole() {
        look();
        return total.copy();
    }
}

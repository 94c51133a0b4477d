package io.carillon.runtime.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;

/** A documented metric. Each module has one enum of its own; docs/metrics.md is generated from all of them. */
public interface Metric {
    /** All that is said of it, in one. */
    Description about();

    /**
     * What is documented of a metric.
     *
     * @param id Micrometer's dotted name, such as {@code carillon.room.connections}
     * @param unit {@code bytes}, {@code seconds}, or what is counted
     * @param alarm when it is worth an alarm and what that means; empty where it is not
     */
    record Description(String id, Kind kind, String unit, String description, String alarm) {}

    default String id() {
        return about().id();
    }

    default Kind kind() {
        return about().kind();
    }

    default String unit() {
        return about().unit();
    }

    default String description() {
        return about().description();
    }

    default String alarm() {
        return about().alarm();
    }

    enum Kind {
        COUNTER,
        GAUGE,
        TIMER,
        SUMMARY
    }

    /** Registers the counter, or finds it. {@code tags}: keys and values in turn. */
    default Counter counter(MeterRegistry registry, String... tags) {
        return Counter.builder(id()).description(description()).tags(tags).register(registry);
    }

    /** Registers the timer, or finds it; it publishes a histogram, so that percentiles can be merged over processes. */
    default Timer timer(MeterRegistry registry, String... tags) {
        return Timer.builder(id())
                .description(description())
                .publishPercentileHistogram()
                .tags(tags)
                .register(registry);
    }

    default DistributionSummary summary(MeterRegistry registry, String... tags) {
        return DistributionSummary.builder(id())
                .description(description())
                .tags(tags)
                .register(registry);
    }

    /** Registers a gauge that asks {@code value}, from any thread. */
    default Gauge gauge(MeterRegistry registry, Supplier<Number> value, String... tags) {
        return Gauge.builder(id(), value)
                .description(description())
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }
}

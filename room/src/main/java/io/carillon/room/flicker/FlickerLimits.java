package io.carillon.room.flicker;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/** How long, and how many, lost connections keep their state. */
public record FlickerLimits(
        @Doc("how long the state of a lost connection is kept for its client to come back; 0s: not at all")
        @Default("10s")
        Duration keepTime,

        @Doc("lost connections whose state is kept; beyond it a lost connection just ends") @Default("100000")
        int keptMax) {
    public FlickerLimits {
        Check.that(!keepTime.isNegative(), "keep-time", Durations.format(keepTime), "0s or more");
        Check.range("kept-max", keptMax, 0, 10_000_000);
    }

    public static FlickerLimits defaults() {
        return ConfigLoader.defaults(FlickerLimits.class);
    }
}

package io.carillon.saver.schedule;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.time.Duration;

/** How many messages for later are kept. */
public record ScheduleConfig(
        @Doc("Requests for later of an app; one more is refused") @Default("100000")
        int perAppMax,

        @Doc("Bytes of an app's requests for later; a request beyond it is refused") @Default("1GiB")
        ByteSize perAppBytesMax,

        @Doc("A request for later that could not be put in all this time after it was due is dropped") @Default("7d")
        Duration keep) {
    public ScheduleConfig {
        Check.range("per-app-max", perAppMax, 1, 10_000_000);
        Check.range("per-app-bytes-max", perAppBytesMax, 1 << 20, Long.MAX_VALUE);
        Check.that(keep.isPositive(), "keep", keep, "> 0");
    }
}

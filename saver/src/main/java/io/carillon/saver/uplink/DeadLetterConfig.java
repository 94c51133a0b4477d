package io.carillon.saver.uplink;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.time.Duration;

/** How many uplinks that no endpoint took are kept. */
public record DeadLetterConfig(
        @Doc("Dead letters kept for an app; one more drops the one received first") @Default("10000")
        int perAppMax,

        @Doc("A dead letter is dropped when it died longer ago") @Default("30d")
        Duration keep) {
    public DeadLetterConfig {
        Check.range("per-app-max", perAppMax, 1, 100_000);
        Check.that(keep.isPositive(), "keep", keep, "> 0");
    }
}

package io.carillon.saver.uplink;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.time.Duration;

/** How much waits for the businesses' endpoints, and for how long. */
public record UplinkConfig(
        @Doc(
                "Uplinks, or receipts, that wait for one endpoint of an app; more uplinks are refused until some are delivered, more receipts are dropped and counted, and of more presence events those with a newer one of their user behind them")
        @Default("100000")
        int waitingMax,

        @Doc(
                "What waits for longer becomes a dead letter, however often it was tried; longer than all pauses of the coordinator together")
        @Default("5d")
        Duration keep) {
    public UplinkConfig {
        Check.range("waiting-max", waitingMax, 1, 10_000_000);
        Check.that(keep.isPositive(), "keep", keep, "> 0");
    }
}

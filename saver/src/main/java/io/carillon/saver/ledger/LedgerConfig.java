package io.carillon.saver.ledger;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.time.Duration;

/** How much a saver remembers of what happened to messages. */
public record LedgerConfig(
        @Doc("Size of one segment file") @Default("16MiB") ByteSize segmentBytes,

        @Doc("Segment files kept; one more removes the oldest") @Default("16")
        int segmentsMax,

        @Doc("A segment is removed when its last record is older") @Default("72h")
        Duration keep,

        @Doc("Records waiting to be written; beyond it they are dropped and counted") @Default("65536")
        int queueMax,

        @Doc("Of so many messages one is recorded; 1: all") @Default("1")
        int sampledOneIn) {
    public LedgerConfig {
        Check.range("segment-bytes", segmentBytes, 64 << 10, 1 << 30);
        Check.range("segments-max", segmentsMax, 2, 1000);
        Check.that(keep.isPositive(), "keep", keep, "> 0");
        Check.range("queue-max", queueMax, 16, 10_000_000);
        Check.range("sampled-one-in", sampledOneIn, 1, 1_000_000);
    }
}

package io.carillon.room.uplink;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/** The bounds of what clients send upstream. */
public record UplinkLimits(
        @Doc("uplinks of a connection that wait for their answer; beyond it the client is told RATE_LIMITED")
        @Default("16")
        int perConnectionMax,

        @Doc("uplinks of an event loop that wait; beyond it the client is told UNAVAILABLE") @Default("10000")
        int waitingMax,

        @Doc("uplinks in one batch") @Default("256") int entriesMax,
        @Doc("payload in one batch") @Default("1MiB") ByteSize batchBytesMax,

        @Doc("batches of an event loop that wait for an answer; beyond it uplinks queue") @Default("4")
        int batchesMax,

        @Doc("of a batch; then the clients are told UNAVAILABLE and may send again with the same id") @Default("5s")
        Duration callTimeout,

        @Doc("what clients are told to wait") @Default("5s") Duration retryAfter) {
    public UplinkLimits {
        Durations.requirePositive("call-timeout", callTimeout);
        Durations.requirePositive("retry-after", retryAfter);
        Check.range("per-connection-max", perConnectionMax, 1, 10_000);
        Check.range("waiting-max", waitingMax, 1, 10_000_000);
        Check.range("entries-max", entriesMax, 1, 100_000);
        Check.range("batch-bytes-max", batchBytesMax, 1024, 8 << 20);
        Check.range("batches-max", batchesMax, 1, 1024);
    }

    public static UplinkLimits defaults() {
        return ConfigLoader.defaults(UplinkLimits.class);
    }
}

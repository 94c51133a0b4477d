package io.carillon.saver.broadcast;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import java.time.Duration;

/** How many broadcasts are kept, run and listed. */
public record BroadcastConfig(
        @Doc("Live broadcasts of an app that logins get; of more, the newest") @Default("200")
        int listedMax,

        @Doc(
                "Bytes of an app's live broadcasts that logins get, below the 16MiB of an internal frame; of more, the newest")
        @Default("12MiB")
        ByteSize listedBytesMax,

        @Doc("Bytes of lists in memory; beyond it those not asked for longest are read again when they are asked for")
        @Default("256MiB")
        ByteSize listsBytesMax,

        @Doc("Broadcasts and kicks by filter of an app that are not over; one more is refused") @Default("1000")
        int waitingMax,

        @Doc("Broadcasts of an app that run or are paused in their run; one more waits") @Default("20")
        int runningMax,

        @Doc(
                "Broadcasts of an app in the store; one more drops the oldest that has expired, or is refused where none has")
        @Default("10000")
        int keptMax,

        @Doc("How long a broadcast's record is kept after it has expired or was cancelled") @Default("7d")
        Duration kept) {
    public BroadcastConfig {
        Check.range("listed-max", listedMax, 1, 1000);
        Check.range("listed-bytes-max", listedBytesMax, 64 << 10, 15 << 20);
        Check.range("lists-bytes-max", listsBytesMax, listedBytesMax.bytes(), Long.MAX_VALUE);
        Check.range("waiting-max", waitingMax, 1, 10_000);
        Check.range("running-max", runningMax, 1, 1000);
        Check.range("kept-max", keptMax, waitingMax, 1_000_000);
        Check.that(!kept.isNegative(), "kept", kept, ">= 0");
    }
}

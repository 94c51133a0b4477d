package io.carillon.room.broadcast;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/** The bounds of broadcasts in a room. */
public record BroadcastLimits(
        @Doc("connections of an event loop that a broadcast writes to in one turn; unicast goes between turns")
        @Default("64")
        int connectionsPerTurn,

        @Doc(
                "longest rest between two turns of a broadcast without a rate, while messages for single users come late; 0s: none")
        @Default("250ms")
        Duration giveWayMax,

        @Doc("connections of an event loop that it looks at in one turn") @Default("4096")
        int slotsPerTurn,

        @Doc("broadcasts that are walked at a time; beyond it center is told to come again") @Default("32")
        int runsMax,

        @Doc("payloads of the broadcasts that live; beyond it the oldest wait, and are asked for again")
        @Default("64MiB")
        ByteSize listBytesMax,

        @Doc("encoded frames that connections share; beyond it each connection gets its own copy") @Default("32MiB")
        ByteSize frameBytesMax,

        @Doc("how long saver waits for news of the lists before it answers") @Default("10s")
        Duration pollWait,

        @Doc("of a call to saver beyond that; then it is sent again") @Default("5s")
        Duration callTimeout,

        @Doc("how often saver is told of counts, and the wait after a call that failed") @Default("1s")
        Duration countInterval,

        @Doc("how long a walk waits for the list that has its broadcast; then it goes without telling floors")
        @Default("600ms")
        Duration listGrace,

        @Doc("how often what did not fit is asked for again") @Default("30s")
        Duration askAgainAfter,

        @Doc(
                "of so many users one has its part in a broadcast written to the ledger, the same in all rooms; 1: all, 0: none")
        @Default("1000")
        int ledgerOneIn) {
    public BroadcastLimits {
        Check.range("connections-per-turn", connectionsPerTurn, 1, 100_000);
        Check.range("give-way-max", giveWayMax.toMillis(), 0, 60_000);
        Check.range("slots-per-turn", slotsPerTurn, 1, 10_000_000);
        Check.range("runs-max", runsMax, 1, 10_000);
        Check.range("list-bytes-max", listBytesMax, 32 << 10, 8L << 30);
        Check.range("frame-bytes-max", frameBytesMax, 0, 8L << 30);
        Durations.requirePositive("poll-wait", pollWait);
        Durations.requirePositive("call-timeout", callTimeout);
        Durations.requirePositive("count-interval", countInterval);
        Durations.requirePositive("list-grace", listGrace);
        Durations.requirePositive("ask-again-after", askAgainAfter);
        Check.range("ledger-one-in", ledgerOneIn, 0, 1_000_000);
    }

    public static BroadcastLimits defaults() {
        return ConfigLoader.defaults(BroadcastLimits.class);
    }
}

package io.carillon.room.delivery;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/** The bounds of delivery and of its batches, each by event loop unless it says otherwise. */
public record DeliveryLimits(
        @Doc("the longest an ack waits to be gathered") @Default("10ms")
        Duration ackDelay,

        @Doc("users in one ack batch") @Default("1024") int ackEntriesMax,

        @Doc("unconfirmed acks of a binding; beyond it they are dropped and their messages come again") @Default("4096")
        int acksPerBindingMax,

        @Doc("unconfirmed acks; beyond it they are dropped and their messages come again") @Default("200000")
        int acksMax,

        @Doc("how long a delivery waits for the one before it; then the mailbox is loaded") @Default("20ms")
        Duration holdTime,

        @Doc("deliveries of a binding that wait so; beyond it they come with the load") @Default("8")
        int heldMax,

        @Doc("users in one load") @Default("256") int loadEntriesMax,

        @Doc("what one load may bring for a user; one message comes whatever its size") @Default("64KiB")
        ByteSize loadBytesMax,

        @Doc("what one load may bring for all its users") @Default("4MiB")
        ByteSize loadBatchBytesMax,

        @Doc("loads that wait for an answer; beyond it they queue, one entry a binding") @Default("4")
        int loadsInFlightMax,

        @Doc("how long loads gather while another is under way") @Default("20ms")
        Duration loadGather,

        @Doc("upper bound of the first wait after a failure") @Default("100ms")
        Duration retryFirst,

        @Doc("where that bound stops doubling") @Default("5s")
        Duration retryMax,

        @Doc("of a load or ack batch; then it is sent again") @Default("5s")
        Duration callTimeout,

        @Doc("when a message without an ack is reported to saver as unanswered") @Default("30s")
        Duration unansweredAfter,

        @Doc("unacknowledged messages that are held for clients that come right back; beyond it those are loaded again")
        @Default("16MiB")
        ByteSize unacknowledgedBytesMax) {
    public DeliveryLimits {
        Durations.requirePositive("ack-delay", ackDelay);
        Durations.requirePositive("hold-time", holdTime);
        Durations.requirePositive("load-gather", loadGather);
        Durations.requirePositive("retry-first", retryFirst);
        Durations.requirePositive("retry-max", retryMax);
        Durations.requirePositive("call-timeout", callTimeout);
        Durations.requirePositive("unanswered-after", unansweredAfter);
        Check.range("ack-entries-max", ackEntriesMax, 1, 100_000);
        Check.range("acks-per-binding-max", acksPerBindingMax, 1, 1_000_000);
        Check.range("acks-max", acksMax, 1, 100_000_000);
        Check.range("held-max", heldMax, 0, 256);
        Check.range("load-entries-max", loadEntriesMax, 1, 100_000);
        Check.range("load-bytes-max", loadBytesMax, 1024, 8 << 20);
        Check.range("load-batch-bytes-max", loadBatchBytesMax, 1024, 8 << 20);
        Check.range("loads-in-flight-max", loadsInFlightMax, 1, 1024);
        Check.range("unacknowledged-bytes-max", unacknowledgedBytesMax, 0, 1L << 40);
    }

    public static DeliveryLimits defaults() {
        return ConfigLoader.defaults(DeliveryLimits.class);
    }
}

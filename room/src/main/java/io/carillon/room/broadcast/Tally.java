package io.carillon.room.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.BroadcastCount;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this life of the room did for one broadcast. Counted on all loops, read on the desk's; kept until some time after
 * the expiry, longer than any list has the record.
 */
final class Tally {
    private final ByteString id;
    final LongAdder targeted = new LongAdder();
    final LongAdder written = new LongAdder();
    final LongAdder acked = new LongAdder();

    private static final long KEPT_MS = TimeUnit.MINUTES.toMillis(10);

    /** Confined to the desk: forgotten then. */
    private long keepUntilMs;
    /** Confined to the desk: the sum of what saver has confirmed. Counts only grow, so that the sum tells of a change. */
    private long confirmedSum;

    Tally(ByteString id) {
        this.id = id;
    }

    /** Not to be forgotten before some minutes after {@code atMs}. */
    void keep(long atMs) {
        keepUntilMs = Math.max(keepUntilMs, atMs + KEPT_MS);
    }

    boolean mayForget(long nowMs) {
        return keepUntilMs < nowMs;
    }

    BroadcastCount count() {
        // Read in this order, so that no more is acked than written, nor written than targeted, by what was counted.
        // Acks
        // themselves are bounded: a client may repeat them, and nothing is kept of those that came.
        long acks = acked.sum();
        long writes = written.sum();
        acks = Math.min(acks, writes);
        return BroadcastCount.newBuilder()
                .setId(id)
                .setTargeted(targeted.sum())
                .setWritten(writes)
                .setAcked(acks)
                .build();
    }

    boolean isNews(BroadcastCount count) {
        return sum(count) > confirmedSum;
    }

    void confirmed(BroadcastCount count) {
        confirmedSum = Math.max(confirmedSum, sum(count));
    }

    private static long sum(BroadcastCount count) {
        return count.getTargeted() + count.getWritten() + count.getAcked();
    }
}

package io.carillon.room.broadcast;

import io.carillon.room.delivery.BroadcastStanding;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What has to be remembered of a binding that is not at rest: what it had above its floor, what it was passed over for,
 * whose last slices it waits for, and where it is queued. Event-loop confined.
 */
final class Marks implements BroadcastStanding {
    private static final long[] NOTHING = {};

    @Nullable
    Tags tags;

    /** Sorted bseqs above the floor that the client has, or was sent on this connection. */
    private long[] had = NOTHING;
    /** Sorted bseqs that it was passed over for, because it did not take them. */
    private long[] passed = NOTHING;
    /** Sorted bseqs of runs whose walk serves it last. */
    private long[] late = NOTHING;

    /** In the loop's queue. */
    boolean queued;
    /** Waits for a change of its app's list. */
    boolean parked;

    Marks(@Nullable Tags tags) {
        this.tags = tags;
    }

    /** Sorted; not to be changed. */
    long[] had() {
        return had;
    }

    boolean has(long bseq) {
        return Arrays.binarySearch(had, bseq) >= 0;
    }

    /** It was sent. True where it had been passed over for it before. */
    boolean sent(long bseq) {
        had = with(had, bseq);
        late = without(late, bseq);
        return unpass(bseq);
    }

    /** True where it was passed over for it before. */
    boolean unpass(long bseq) {
        boolean was = Arrays.binarySearch(passed, bseq) >= 0;
        passed = without(passed, bseq);
        return was;
    }

    /** False where it was known. */
    boolean pass(long bseq) {
        boolean news = Arrays.binarySearch(passed, bseq) < 0;
        passed = with(passed, bseq);
        return news;
    }

    boolean wasPassedOver() {
        return passed.length > 0;
    }

    /** False where it waits already. */
    boolean waitFor(long bseq) {
        boolean news = Arrays.binarySearch(late, bseq) < 0;
        late = with(late, bseq);
        return news;
    }

    void served(long bseq) {
        late = without(late, bseq);
    }

    /** The client's own word on what it has. */
    void seen(long[] sorted) {
        had = sorted;
    }

    /** Forgets what lies under the floor. */
    void risen(long floor) {
        had = above(had, floor);
        passed = above(passed, floor);
        late = above(late, floor);
    }

    /** Nothing is left to be remembered but the tags. */
    boolean isIdle() {
        return !queued && !parked && had.length == 0 && passed.length == 0 && late.length == 0;
    }

    private static long[] with(long[] sorted, long bseq) {
        int at = Arrays.binarySearch(sorted, bseq);
        if (at >= 0) {
            return sorted;
        }
        int insert = -at - 1;
        long[] more = Arrays.copyOf(sorted, sorted.length + 1);
        System.arraycopy(sorted, insert, more, insert + 1, sorted.length - insert);
        more[insert] = bseq;
        return more;
    }

    private static long[] without(long[] sorted, long bseq) {
        int at = Arrays.binarySearch(sorted, bseq);
        if (at < 0) {
            return sorted;
        }
        long[] less = Arrays.copyOf(sorted, sorted.length - 1);
        System.arraycopy(sorted, at + 1, less, at, less.length - at);
        return less.length == 0 ? NOTHING : less;
    }

    private static long[] above(long[] sorted, long floor) {
        if (sorted.length == 0 || sorted[0] > floor) {
            return sorted;
        }
        int at = Arrays.binarySearch(sorted, floor + 1);
        int from = at >= 0 ? at : -at - 1;
        return from == sorted.length ? NOTHING : Arrays.copyOfRange(sorted, from, sorted.length);
    }
}

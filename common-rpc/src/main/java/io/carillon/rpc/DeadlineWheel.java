package io.carillon.rpc;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one connection's calls: a hashed timing wheel (Varghese and Lauck 1987, scheme 6) linked through the
 * calls themselves, so that adding and removing allocate nothing. A call ends at most one tick late, as long as
 * {@link #advance} is called at the time that {@link #nextNs} gives. Event-loop confined.
 */
final class DeadlineWheel {
    static final long TICK_NS = 4_000_000;
    private static final int BUCKETS = 512;

    private final @Nullable PendingCall<?>[] heads;
    private long doneTick;
    private int size;

    DeadlineWheel(long nowNs) {
        heads = new @Nullable PendingCall<?>[BUCKETS];
        doneTick = Math.floorDiv(nowNs, TICK_NS);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * When the wheel is to be advanced next, by nanoTime: no later than the end of the first call's tick, and at most a
     * turn of the wheel ahead. Meaningless while it is empty.
     */
    long nextNs() {
        long tick = doneTick + 1;
        while (heads[(int) (tick & (BUCKETS - 1))] == null && tick < doneTick + BUCKETS) {
            tick++;
        }
        return tick * TICK_NS;
    }

    /** When the call's tick ends, by nanoTime. */
    long endNs(PendingCall<?> call) {
        return tickOf(call) * TICK_NS;
    }

    /** A deadline that passed already falls into the next tick. */
    private long tickOf(PendingCall<?> call) {
        return Math.max(Math.floorDiv(call.deadlineNs, TICK_NS) + 1, doneTick + 1);
    }

    void add(PendingCall<?> call) {
        long tick = tickOf(call);
        int bucket = (int) (tick & (BUCKETS - 1));
        PendingCall<?> head = heads[bucket];
        call.bucket = bucket;
        call.before = null;
        call.after = head;
        if (head != null) {
            head.before = call;
        }
        heads[bucket] = call;
        size++;
    }

    void remove(PendingCall<?> call) {
        PendingCall<?> before = call.before;
        PendingCall<?> after = call.after;
        if (before != null) {
            before.after = after;
        } else {
            heads[call.bucket] = after;
        }
        if (after != null) {
            after.before = before;
        }
        call.before = null;
        call.after = null;
        size--;
    }

    /** Removes the calls whose deadline has passed and gives each to {@code expired}, which must not add any. */
    void advance(long nowNs, Consumer<PendingCall<?>> expired) {
        long tick = Math.floorDiv(nowNs, TICK_NS);
        long first = Math.max(doneTick + 1, tick - BUCKETS + 1);
        for (long t = first; t <= tick; t++) {
            PendingCall<?> call = heads[(int) (t & (BUCKETS - 1))];
            while (call != null) {
                PendingCall<?> after = call.after;
                if (call.deadlineNs - nowNs <= 0) {
                    remove(call);
                    expired.accept(call);
                }
                call = after;
            }
        }
        doneTick = Math.max(doneTick, tick);
    }
}

package io.carillon.rpc;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one connection that wait for an answer, found by the id on the wire.
 *
 * <p>An id is a running number (48 bits) above a slot (16 bits): found without hashing, and the id of a call that timed
 * out never names a later one. Event-loop confined.
 */
final class InFlight {
    static final int CALLS_MAX = 1 << 16;

    private @Nullable PendingCall<?>[] slots;
    private int[] free = new int[64];
    private int freeCount;
    private int used;
    private long number;

    InFlight() {
        slots = new @Nullable PendingCall<?>[64];
        addFree(0, slots.length);
    }

    int size() {
        return used;
    }

    /** Gives the call its id. There must be less than {@link #CALLS_MAX} in flight. */
    void add(PendingCall<?> call) {
        if (freeCount == 0) {
            grow();
        }
        int slot = free[--freeCount];
        slots[slot] = call;
        used++;
        call.id = (++number << 16) | slot;
    }

    /** Takes the call out; null where it is not there (any more). */
    @Nullable
    PendingCall<?> take(long id) {
        int slot = (int) (id & 0xFFFF);
        if (slot >= slots.length) {
            return null;
        }
        PendingCall<?> call = slots[slot];
        if (call == null || call.id != id) {
            return null;
        }
        slots[slot] = null;
        free[freeCount++] = slot;
        used--;
        return call;
    }

    /** Takes all out. */
    void drain(Consumer<PendingCall<?>> consumer) {
        for (int slot = 0; slot < slots.length; slot++) {
            PendingCall<?> call = slots[slot];
            if (call != null) {
                slots[slot] = null;
                free[freeCount++] = slot;
                used--;
                consumer.accept(call);
            }
        }
    }

    private void grow() {
        int before = slots.length;
        if (before == CALLS_MAX) {
            throw new IllegalStateException("calls in flight: " + used + " (expected: < " + CALLS_MAX + ")");
        }
        slots = Arrays.copyOf(slots, before * 2);
        free = Arrays.copyOf(free, before * 2);
        addFree(before, before * 2);
    }

    private void addFree(int from, int to) {
        for (int slot = to - 1; slot >= from; slot--) {
            free[freeCount++] = slot;
        }
    }
}

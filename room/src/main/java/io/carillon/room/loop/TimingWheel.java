package io.carillon.room.loop;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The deadlines of all connections of one loop: a ring of ticks, each a plain array of keys. Event-loop confined.
 *
 * <p>Nothing is ever taken out. An entry only says "look at this key not later than then"; whoever owns the key
 * compares with its real deadline when the entry fires, and enters itself again. So a connection that is busy costs
 * nothing, and the wheel holds an entry or two a connection, eight bytes each, as long as its owner knows of a near and a
 * far one and enters neither twice. A deadline further off than the wheel is wide is entered at its far end and looked at
 * there.
 */
public final class TimingWheel {
    private static final long[] EMPTY = {};

    private final long tickNs;
    private final long originNs;
    private final long[][] keys;
    private final int[] sizes;
    private long currentTick;

    /** @param ticks how many the wheel is wide, a power of two */
    public TimingWheel(long tickNs, int ticks, long nowNs) {
        if (Integer.bitCount(ticks) != 1) {
            throw new IllegalArgumentException("ticks: " + ticks + " (expected: a power of two)");
        }
        this.tickNs = tickNs;
        this.originNs = nowNs;
        this.keys = new long[ticks][];
        Arrays.fill(keys, EMPTY);
        this.sizes = new int[ticks];
    }

    /** The tick at which an entry for that deadline fires: never more than a tick late, and no further off than it is wide. */
    public int tick(long deadlineNs) {
        long wanted = Math.ceilDiv(deadlineNs - originNs, tickNs);
        return (int) Math.clamp(wanted, currentTick + 1, currentTick + keys.length - 1);
    }

    /** Enters {@code key}; it fires at the first advance at or after the deadline, never more than a tick late. */
    public void add(long key, long deadlineNs) {
        addAt(key, tick(deadlineNs));
    }

    /** Enters {@code key} at a tick that {@link #tick} gave just now. */
    public void addAt(long key, int tick) {
        int at = tick & (keys.length - 1);
        if (sizes[at] == keys[at].length) {
            keys[at] = Arrays.copyOf(keys[at], Math.max(16, sizes[at] + (sizes[at] >> 1)));
        }
        keys[at][sizes[at]++] = key;
    }

    /** The last tick that fired. */
    public int tick() {
        return (int) currentTick;
    }

    /** Fires what is due. {@code onDue} may add. */
    public void advance(long nowNs, LongConsumer onDue) {
        long target = Math.floorDiv(nowNs - originNs, tickNs);
        while (currentTick < target) {
            currentTick++;
            int at = (int) (currentTick & (keys.length - 1));
            long[] due = keys[at];
            int count = sizes[at];
            keys[at] = EMPTY;
            sizes[at] = 0;
            for (int i = 0; i < count; i++) {
                onDue.accept(due[i]);
            }
        }
    }
}

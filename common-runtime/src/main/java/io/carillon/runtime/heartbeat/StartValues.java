package io.carillon.runtime.heartbeat;

import java.util.Map;

/** Start values by group: open addressing in two arrays, ten bytes a slot. Immutable; a lookup allocates nothing. */
public final class StartValues {
    public static final StartValues EMPTY = new StartValues(Map.of());

    private final long[] groups;
    private final short[] seconds;
    private final int size;

    public StartValues(Map<Long, Integer> values) {
        int slots = Integer.highestOneBit(Math.max(1, values.size()) * 2) * 2;
        groups = new long[slots];
        seconds = new short[slots];
        size = values.size();
        values.forEach((group, value) -> {
            int at = slot(group);
            groups[at] = group;
            seconds[at] = value.shortValue();
        });
    }

    /** 0: nothing is known of the group. */
    public int seconds(long group) {
        return group == NetworkGroup.NONE ? 0 : seconds[slot(group)];
    }

    public int size() {
        return size;
    }

    /** Where the group is, or would be. */
    private int slot(long group) {
        int mask = groups.length - 1;
        long mixed = group * 0x9E37_79B9_7F4A_7C15L;
        int at = (int) (mixed >>> 32) & mask;
        while (groups[at] != 0 && groups[at] != group) {
            at = (at + 1) & mask;
        }
        return at;
    }
}

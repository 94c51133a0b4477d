package io.carillon.room.connection;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The connections of one loop by slot. A slot is used again with the next generation. Event-loop confined. */
final class Slots {
    private final int loop;
    private @Nullable Connection[] connections = new Connection[64];
    private int[] generations = new int[64];
    private int[] free = new int[64];
    private int freeCount;
    private int used;

    Slots(int loop) {
        this.loop = loop;
    }

    /** The id that the next {@link #put} gives. Takes a slot; it has to be put or released. */
    long take() {
        int slot = freeCount > 0 ? free[--freeCount] : used++;
        if (slot == connections.length) {
            int wider = slot + (slot >> 1);
            connections = Arrays.copyOf(connections, wider);
            generations = Arrays.copyOf(generations, wider);
            free = Arrays.copyOf(free, wider);
        }
        generations[slot] = (generations[slot] + 1) & ConnectionId.GENERATION_MASK;
        return ConnectionId.of(loop, slot, generations[slot]);
    }

    void put(long id, Connection connection) {
        connections[ConnectionId.slot(id)] = connection;
    }

    /** The connection of exactly this id; null where it is gone. */
    @Nullable
    Connection get(long id) {
        int slot = ConnectionId.slot(id);
        if (slot < 0 || slot >= used || generations[slot] != ConnectionId.generation(id)) {
            return null;
        }
        return connections[slot];
    }

    /** Frees the slot of exactly this id. */
    void release(long id) {
        int slot = ConnectionId.slot(id);
        if (get(id) != null) {
            connections[slot] = null;
            free[freeCount++] = slot;
        }
    }

    int count() {
        return used - freeCount;
    }

    /** Slots that were ever used; for walks. */
    int highest() {
        return used;
    }

    @Nullable
    Connection at(int slot) {
        return connections[slot];
    }
}

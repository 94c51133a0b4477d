package io.carillon.room.broadcast;

import io.carillon.room.delivery.BroadcastStanding;
import java.util.Arrays;
import java.util.List;

/**
 * The tags of a user, sorted; one object for all bindings of a loop that have the same ones. As a binding's standing it
 * says that nothing else is to be remembered. Immutable.
 */
public final class Tags implements BroadcastStanding {
    static final Tags NONE = new Tags(new String[0]);

    private final String[] sorted;

    /** Keeps {@code sorted} itself. */
    Tags(String[] sorted) {
        this.sorted = sorted;
    }

    boolean has(String tag) {
        return Arrays.binarySearch(sorted, tag) >= 0;
    }

    List<String> words() {
        return List.of(sorted);
    }

    int size() {
        return sorted.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tags tags && Arrays.equals(sorted, tags.sorted);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sorted);
    }

    @Override
    public String toString() {
        return Arrays.toString(sorted);
    }
}

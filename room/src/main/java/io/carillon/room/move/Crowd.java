package io.carillon.room.move;

import java.util.List;
import java.util.function.Consumer;

/** The clients of a room, as a move deals with them. Thread-safe, never blocks. */
public interface Crowd {
    /** Hands over the ids of all that are logged in, in any order, on any thread. */
    void ids(Consumer<long[]> to);

    /**
     * Asks these to leave; one that is gone is passed over.
     *
     * @param rooms names of those they are sent to; empty: any
     */
    void ask(long[] ids, List<String> rooms);

    /** Closes these without a word and tells how many there were, on any thread. */
    void close(long[] ids, Consumer<Integer> closed);

    /** Open connections, those that are not logged in included. */
    long connections();
}

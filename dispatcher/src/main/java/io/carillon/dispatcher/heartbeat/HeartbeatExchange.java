package io.carillon.dispatcher.heartbeat;

import io.carillon.contract.HeartbeatsRequest;
import io.carillon.contract.HeartbeatsResponse;
import io.carillon.runtime.heartbeat.LearningLimits;
import io.carillon.runtime.heartbeat.NetworkGroup;
import io.carillon.runtime.heartbeat.SettledBook;
import io.carillon.runtime.heartbeat.SettledBook.Change;
import io.carillon.runtime.heartbeat.StartValues;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Asks each room, in turns, what its clients settled at, and tells it the start values that have changed since the last
 * turn, those that other rooms' clients brought about. A room that does not answer is told the same again.
 *
 * <p>{@link #turn} and the answers belong to one thread; {@link #startSeconds} is for any.
 */
public final class HeartbeatExchange {
    static final int CHANGES_AT_ONCE = 4_096;

    private final Supplier<? extends Collection<RoomLine>> rooms;
    private final Executor thread;
    private final SettledBook book;
    private final Map<String, Room> known = new HashMap<>();
    private volatile StartValues starts = StartValues.EMPTY;

    /** How far the exchange with one life of a room is. */
    private static final class Room {
        final long incarnation;
        long reportsHad;
        long changesTold;
        boolean asked;

        Room(long incarnation) {
            this.incarnation = incarnation;
        }
    }

    /**
     * @param rooms those that are connected
     * @param thread runs one task at a time
     */
    public HeartbeatExchange(Supplier<? extends Collection<RoomLine>> rooms, Executor thread, LearningLimits limits) {
        this.rooms = rooms;
        this.thread = thread;
        this.book = new SettledBook(limits);
    }

    /**
     * The interval to begin with, seconds; 0: nothing is known.
     *
     * @param kind of {@link NetworkGroup}
     * @param address 4 or 16 bytes
     */
    public int startSeconds(int kind, byte[] address) {
        return starts.seconds(NetworkGroup.of(kind, address));
    }

    /** Groups of which a start value is known. */
    public int known() {
        return starts.size();
    }

    /** Asks and tells every room that has no answer due. */
    public void turn() {
        Collection<RoomLine> now = rooms.get();
        known.keySet().retainAll(now.stream().map(RoomLine::name).toList());
        for (RoomLine line : now) {
            ask(line, room(line.name(), line.incarnation()));
        }
    }

    private Room room(String name, long incarnation) {
        Room room = known.get(name);
        if (room == null || room.incarnation != incarnation) {
            room = new Room(incarnation);
            known.put(name, room);
        }
        return room;
    }

    private void ask(RoomLine line, Room room) {
        if (room.asked) {
            return;
        }
        room.asked = true;
        List<Change> changes = book.changesAfter(room.changesTold, CHANGES_AT_ONCE);
        HeartbeatsRequest.Builder request = HeartbeatsRequest.newBuilder().setAfter(room.reportsHad);
        for (Change change : changes) {
            request.addGroups(change.group()).addStartSeconds(change.seconds());
        }
        line.exchange(request.build())
                .whenCompleteAsync(
                        (answer, failure) -> {
                            room.asked = false;
                            if (failure == null) {
                                room.changesTold = changes.isEmpty()
                                        ? room.changesTold
                                        : changes.getLast().revision();
                                onAnswer(room, answer);
                            }
                        },
                        thread);
    }

    private void onAnswer(Room room, HeartbeatsResponse answer) {
        room.reportsHad = answer.getLast();
        int count =
                Math.min(answer.getGroupsCount(), Math.min(answer.getUsersCount(), answer.getSettledSecondsCount()));
        boolean changed = false;
        for (int i = 0; i < count; i++) {
            changed |= book.note(answer.getGroups(i), answer.getUsers(i), answer.getSettledSeconds(i));
        }
        if (changed) {
            starts = new StartValues(book.starts());
        }
    }
}

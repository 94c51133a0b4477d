package io.carillon.saver.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.NodeRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Rooms that came, or came back, in the middle of a broadcast, so that those who log in there get it at its rate like all
 * others, instead of all at once at its end. To see that there is none costs nothing but for the first tick after the
 * rooms have changed. Thread-safe.
 */
final class Newcomers {
    /** By broadcast: rooms that were seen to have tasks, each of them. Of what lives, so it is bounded with it. */
    private final Map<ByteString, Set<NodeRef>> served = new ConcurrentHashMap<>();

    /** Notes at each broadcast that runs which of the rooms never had a task of it. */
    void find(Connection connection, List<LiveBroadcast> live, Set<NodeRef> rooms) throws SQLException {
        served.keySet().retainAll(live.stream().map(broadcast -> broadcast.id).collect(Collectors.toSet()));
        for (LiveBroadcast broadcast : live) {
            if (broadcast.running() && !broadcast.kick && !rooms.equals(served.get(broadcast.id))) {
                Set<NodeRef> known = LiveTable.roomsOf(connection, broadcast.id);
                broadcast.newcomers =
                        rooms.stream().filter(room -> !known.contains(room)).toList();
                if (broadcast.newcomers.isEmpty()) {
                    served.put(broadcast.id, rooms);
                }
            }
        }
    }
}

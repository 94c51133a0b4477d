package io.carillon.saver.broadcast;

import static io.carillon.saver.broadcast.LiveTable.bytes;
import static io.carillon.saver.broadcast.LiveTable.text;

import com.google.protobuf.ByteString;
import io.carillon.contract.NodeRef;
import io.carillon.contract.RoomProgress;
import io.carillon.contract.TaskState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The statements on what rooms have done. Counts are absolute, and the higher of each stays.
 *
 * <p>Bound: 2000 lives of rooms for a broadcast; what another one reports is not kept.
 */
final class CountTable {
    private static final int LIVES_MAX = 2000;
    private static final Comparator<Count> BY_KEY = Comparator.comparing(
                    Count::id, ByteString.unsignedLexicographicalComparator())
            .thenComparing(count -> count.room().getName())
            .thenComparing(count -> count.room().getIncarnation());

    private CountTable() {}

    record Count(ByteString id, NodeRef room, long targeted, long written, long acked) {}

    /** In the order of the keys, so that two that write at a time do not wait for each other in a circle. */
    static void raise(Connection connection, Collection<Count> counts) throws SQLException {
        List<Count> ordered = counts.stream().sorted(BY_KEY).toList();
        List<Count> missing = new ArrayList<>();
        try (PreparedStatement update = connection.prepareStatement("UPDATE broadcast_count SET"
                + " targeted = GREATEST(targeted, ?), written = GREATEST(written, ?), acked = GREATEST(acked, ?)"
                + " WHERE broadcast_id = ? AND room = ? AND incarnation = ?")) {
            for (Count count : ordered) {
                bind(update, count);
            }
            int[] found = update.executeBatch();
            for (int i = 0; i < found.length; i++) {
                if (found[i] == 0) {
                    missing.add(ordered.get(i));
                }
            }
        }
        if (!missing.isEmpty()) {
            insert(connection, missing);
        }
    }

    private static void insert(Connection connection, List<Count> counts) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO broadcast_count (targeted, written,"
                + " acked, broadcast_id, room, incarnation) SELECT ?, ?, ?, b.id, ?, ? FROM broadcast b"
                + " WHERE b.id = ? AND (SELECT COUNT(*) FROM broadcast_count c WHERE c.broadcast_id = b.id) < "
                + LIVES_MAX
                + " ON DUPLICATE KEY UPDATE targeted = GREATEST(broadcast_count.targeted, VALUES(targeted)),"
                + " written = GREATEST(broadcast_count.written, VALUES(written)),"
                + " acked = GREATEST(broadcast_count.acked, VALUES(acked))")) {
            for (Count count : counts) {
                insert.setLong(1, count.targeted());
                insert.setLong(2, count.written());
                insert.setLong(3, count.acked());
                insert.setBytes(4, bytes(count.room().getName()));
                insert.setLong(5, count.room().getIncarnation());
                insert.setBytes(6, count.id().toByteArray());
                insert.executeUpdate();
            }
        }
    }

    private static void bind(PreparedStatement update, Count count) throws SQLException {
        update.setLong(1, count.targeted());
        update.setLong(2, count.written());
        update.setLong(3, count.acked());
        update.setBytes(4, count.id().toByteArray());
        update.setBytes(5, bytes(count.room().getName()));
        update.setLong(6, count.room().getIncarnation());
        update.addBatch();
    }

    /** It only serves logins. */
    private static RoomProgress withoutTask(NodeRef room) {
        return RoomProgress.newBuilder()
                .setRoom(room)
                .setState(TaskState.TASK_STATE_DONE)
                .setLeft(0)
                .build();
    }

    /** Adds a broadcast's counts to what is known of its rooms. */
    static void addTo(Connection connection, ByteString id, Map<NodeRef, RoomProgress> rooms) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement("SELECT room, incarnation, targeted, written, acked"
                + " FROM broadcast_count WHERE broadcast_id = ? ORDER BY room, incarnation")) {
            read.setBytes(1, id.toByteArray());
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    NodeRef room = LiveTable.room(text(row.getBytes(1)), row.getLong(2));
                    RoomProgress before = rooms.getOrDefault(room, withoutTask(room));
                    rooms.put(
                            room,
                            before.toBuilder()
                                    .setTargeted(row.getLong(3))
                                    .setWritten(row.getLong(4))
                                    .setAcked(row.getLong(5))
                                    .build());
                }
            }
        }
    }
}

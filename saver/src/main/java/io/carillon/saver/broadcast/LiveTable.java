package io.carillon.saver.broadcast;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.NodeRef;
import io.carillon.contract.TaskState;
import io.carillon.saver.mysql.StoreTime;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The statements on what lives: states, tasks and apps. Each runs in its caller's transaction. */
final class LiveTable {
    private static final int DUE_MAX = 500;
    private static final String COLUMNS = "b.id, b.app, b.kind, b.parallel, b.rate_per_second, b.ttl_ms, b.due_at_ms,"
            + " b.state, b.bseq, b.started_at_ms, b.finished_at_ms, b.expires_at_ms, b.next_at_ms, b.ends_at_ms,"
            + " b.listed, b.spec";

    private LiveTable() {}

    /** Whether a tick would find anything; takes no lock. */
    static boolean anything(Connection connection) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                        "SELECT 1 FROM broadcast WHERE next_at_ms <= " + StoreTime.MILLIS_SQL + " LIMIT 1");
                ResultSet row = read.executeQuery()) {
            return row.next();
        }
    }

    /** All that runs, is paused in its run, winds up, or has just expired, with its tasks that are not over. */
    static List<LiveBroadcast> live(Connection connection, long nowMs) throws SQLException {
        Map<ByteString, LiveBroadcast> live = new LinkedHashMap<>();
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT " + COLUMNS + " FROM broadcast b WHERE b.next_at_ms <= ? AND b.state <> "
                        + BroadcastState.BROADCAST_STATE_WAITING_VALUE + " ORDER BY b.bseq")) {
            read.setLong(1, nowMs);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    LiveBroadcast broadcast = broadcast(row);
                    live.put(broadcast.id, broadcast);
                }
            }
        }
        if (!live.isEmpty()) {
            readTasks(connection, live);
        }
        return new ArrayList<>(live.values());
    }

    private static void readTasks(Connection connection, Map<ByteString, LiveBroadcast> live) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement("SELECT t.broadcast_id, t.room, t.incarnation,"
                        + " t.state, t.lease_owner, t.lease_number, t.lease_until_ms, t.absent_since_ms, t.left_count"
                        + " FROM broadcast b JOIN broadcast_task t ON t.broadcast_id = b.id"
                        + " WHERE b.next_at_ms = 0 AND t.state < " + TaskState.TASK_STATE_DONE_VALUE
                        + " ORDER BY t.broadcast_id, t.room, t.incarnation");
                ResultSet row = read.executeQuery()) {
            while (row.next()) {
                LiveBroadcast broadcast = live.get(ByteString.copyFrom(row.getBytes(1)));
                if (broadcast == null) {
                    continue;
                }
                LiveTask task = new LiveTask(broadcast, room(text(row.getBytes(2)), row.getLong(3)), false);
                task.state = TaskState.forNumber(row.getInt(4));
                task.owner = text(row.getBytes(5));
                task.number = row.getLong(6);
                task.leaseUntilMs = row.getLong(7);
                task.absentSinceMs = row.getLong(8);
                task.left = row.getLong(9);
                broadcast.tasks.add(task);
            }
        }
    }

    /** Each that ever had a task of it. */
    static Set<NodeRef> roomsOf(Connection connection, ByteString id) throws SQLException {
        Set<NodeRef> rooms = new HashSet<>();
        try (PreparedStatement read =
                connection.prepareStatement("SELECT room, incarnation FROM broadcast_task WHERE broadcast_id = ?")) {
            read.setBytes(1, id.toByteArray());
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    rooms.add(room(text(row.getBytes(1)), row.getLong(2)));
                }
            }
        }
        return rooms;
    }

    /**
     * Those whose time has come and that wait for none of their app's, a bounded number, first due first. An app's that
     * may not start yet are not among them, or they would take the places of other apps'.
     *
     * @param runningMax broadcasts of an app that run or are paused in their run; it starts no more
     */
    static List<LiveBroadcast> due(Connection connection, long nowMs, int runningMax) throws SQLException {
        List<LiveBroadcast> due = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement("SELECT " + COLUMNS + " FROM broadcast b"
                + " WHERE b.next_at_ms <= ? AND b.state = " + BroadcastState.BROADCAST_STATE_WAITING_VALUE
                + " AND (b.kind = " + BroadcastKind.BROADCAST_KIND_KICK_VALUE
                + " OR ((b.parallel = 1 OR NOT EXISTS (" + others("1", BroadcastState.BROADCAST_STATE_RUNNING) + "))"
                + " AND (" + others("COUNT(*)", BroadcastState.BROADCAST_STATE_RUNNING) + ")"
                + " + (" + others("COUNT(*)", BroadcastState.BROADCAST_STATE_PAUSED) + " AND r.started_at_ms > 0) < ?))"
                + " ORDER BY b.next_at_ms, b.number LIMIT " + DUE_MAX)) {
            read.setLong(1, nowMs);
            read.setInt(2, runningMax);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    due.add(broadcast(row));
                }
            }
        }
        return due;
    }

    private static String others(String what, BroadcastState state) {
        return "SELECT " + what + " FROM broadcast r WHERE r.app = b.app AND r.state = " + state.getNumber()
                + " AND r.kind = " + BroadcastKind.BROADCAST_KIND_PUSH_VALUE;
    }

    static @Nullable LiveBroadcast one(Connection connection, String app, ByteString id) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT " + COLUMNS + " FROM broadcast b WHERE b.id = ? AND b.app = ? FOR UPDATE")) {
            read.setBytes(1, id.toByteArray());
            read.setBytes(2, bytes(app));
            try (ResultSet row = read.executeQuery()) {
                return row.next() ? broadcast(row) : null;
            }
        }
    }

    private static LiveBroadcast broadcast(ResultSet row) throws SQLException {
        LiveBroadcast broadcast = new LiveBroadcast(
                ByteString.copyFrom(row.getBytes(1)),
                text(row.getBytes(2)),
                row.getInt(3) == BroadcastKind.BROADCAST_KIND_KICK_VALUE,
                row.getBoolean(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                spec(row.getBytes(16)).getAudience().getRoomsList(),
                BroadcastState.forNumber(row.getInt(8)));
        broadcast.bseq = row.getLong(9);
        broadcast.startedAtMs = row.getLong(10);
        broadcast.finishedAtMs = row.getLong(11);
        broadcast.expiresAtMs = row.getLong(12);
        broadcast.nextAtMs = row.getLong(13);
        broadcast.endsAtMs = row.getLong(14);
        broadcast.listed = row.getBoolean(15);
        return broadcast;
    }

    static Map<String, Long> lastBseqs(Connection connection, Collection<String> apps) throws SQLException {
        Map<String, Long> last = new HashMap<>();
        try (PreparedStatement read =
                connection.prepareStatement("SELECT last_bseq FROM broadcast_app WHERE app = ?")) {
            for (String app : apps) {
                read.setBytes(1, bytes(app));
                try (ResultSet row = read.executeQuery()) {
                    if (row.next()) {
                        last.put(app, row.getLong(1));
                    }
                }
            }
        }
        return last;
    }

    /** Writes what has changed of broadcasts and tasks. */
    static void write(Connection connection, List<LiveBroadcast> broadcasts) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE broadcast SET state = ?, bseq = ?,"
                        + " started_at_ms = ?, finished_at_ms = ?, expires_at_ms = ?, next_at_ms = ?, ends_at_ms = ?,"
                        + " listed = ? WHERE id = ?");
                PreparedStatement insertTask = connection.prepareStatement("INSERT INTO broadcast_task (state,"
                        + " lease_owner, lease_number, lease_until_ms, absent_since_ms, left_count, broadcast_id, room,"
                        + " incarnation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
                PreparedStatement updateTask = connection.prepareStatement("UPDATE broadcast_task SET state = ?,"
                        + " lease_owner = ?, lease_number = ?, lease_until_ms = ?, absent_since_ms = ?, left_count = ?"
                        + " WHERE broadcast_id = ? AND room = ? AND incarnation = ?")) {
            for (LiveBroadcast broadcast : broadcasts) {
                if (broadcast.changed) {
                    bind(update, broadcast);
                }
                for (LiveTask task : broadcast.tasks) {
                    if (task.fresh) {
                        bind(insertTask, task);
                    } else if (task.changed) {
                        bind(updateTask, task);
                    }
                }
            }
            update.executeBatch();
            insertTask.executeBatch();
            updateTask.executeBatch();
        }
    }

    private static void bind(PreparedStatement update, LiveBroadcast broadcast) throws SQLException {
        update.setInt(1, broadcast.state.getNumber());
        update.setLong(2, broadcast.bseq);
        update.setLong(3, broadcast.startedAtMs);
        update.setLong(4, broadcast.finishedAtMs);
        update.setLong(5, broadcast.expiresAtMs);
        update.setLong(6, broadcast.nextAtMs);
        update.setLong(7, broadcast.endsAtMs);
        update.setBoolean(8, broadcast.listed);
        update.setBytes(9, broadcast.id.toByteArray());
        update.addBatch();
    }

    private static void bind(PreparedStatement statement, LiveTask task) throws SQLException {
        statement.setInt(1, task.state.getNumber());
        statement.setBytes(2, bytes(task.owner));
        statement.setLong(3, task.number);
        statement.setLong(4, task.leaseUntilMs);
        statement.setLong(5, task.absentSinceMs);
        statement.setLong(6, task.left);
        statement.setBytes(7, task.broadcast.id.toByteArray());
        statement.setBytes(8, bytes(task.room.getName()));
        statement.setLong(9, task.room.getIncarnation());
        statement.addBatch();
    }

    /** Gives the apps the next version; behind the gate. */
    static void raise(Connection connection, Set<String> apps, Map<String, Long> lastBseqs) throws SQLException {
        if (apps.isEmpty()) {
            return;
        }
        long version = Gate.raiseVersion(connection);
        try (PreparedStatement write = connection.prepareStatement("INSERT INTO broadcast_app (app, version, last_bseq)"
                + " VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE version = VALUES(version),"
                + " last_bseq = GREATEST(last_bseq, VALUES(last_bseq))")) {
            for (String app : apps) {
                write.setBytes(1, bytes(app));
                write.setLong(2, version);
                write.setLong(3, lastBseqs.getOrDefault(app, 0L));
                write.addBatch();
            }
            write.executeBatch();
        }
    }

    static NodeRef room(String name, long incarnation) {
        return NodeRef.newBuilder().setName(name).setIncarnation(incarnation).build();
    }

    static BroadcastSpec spec(byte[] bytes) throws SQLException {
        try {
            return BroadcastSpec.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("a broadcast's row cannot be read", e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

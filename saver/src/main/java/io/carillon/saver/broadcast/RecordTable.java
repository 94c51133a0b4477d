package io.carillon.saver.broadcast;

import static io.carillon.saver.broadcast.LiveTable.bytes;
import static io.carillon.saver.broadcast.LiveTable.text;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.NodeRef;
import io.carillon.contract.RoomProgress;
import io.carillon.contract.TaskState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The statements on broadcasts' records. Each runs in its caller's transaction. */
final class RecordTable {
    static final String COLUMNS =
            "id, state, bseq, started_at_ms, finished_at_ms, expires_at_ms, ttl_ms, bytes, number, spec";

    private static final int DROP_MAX = 1000;

    private RecordTable() {}

    /** One record without payload and extension, and what only the store knows of it. */
    record Row(ByteString id, Broadcast broadcast, int bytes, long number) {}

    /** Without payload and extension; null: no broadcast has the id. */
    static @Nullable BroadcastSpec spec(Connection connection, ByteString id) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement("SELECT spec FROM broadcast WHERE id = ?")) {
            read.setBytes(1, id.toByteArray());
            try (ResultSet row = read.executeQuery()) {
                return row.next() ? LiveTable.spec(row.getBytes(1)) : null;
            }
        }
    }

    static long notOver(Connection connection, String app) throws SQLException {
        return number(
                connection,
                "SELECT COUNT(*) FROM broadcast WHERE app = ? AND state <= "
                        + BroadcastState.BROADCAST_STATE_PAUSED_VALUE,
                bytes(app));
    }

    static long stored(Connection connection, String app) throws SQLException {
        return number(connection, "SELECT COUNT(*) FROM broadcast WHERE app = ?", bytes(app));
    }

    private static long number(Connection connection, String sql, byte[] value) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(sql)) {
            read.setBytes(1, value);
            try (ResultSet row = read.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** False: the id is there. */
    static boolean insert(Connection connection, BroadcastSpec spec, long nowMs) throws SQLException {
        long dueAtMs = Math.max(nowMs, spec.getSendAtMs());
        BroadcastSpec lean = spec.toBuilder().clearPayload().clearExtension().build();
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO broadcast (id, app, kind, state,"
                + " parallel, listed, rate_per_second, ttl_ms, due_at_ms, bseq, started_at_ms, finished_at_ms,"
                + " expires_at_ms, next_at_ms, ends_at_ms, bytes, spec, payload, extension)"
                + " VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, 0, 0, 0, 0, ?, ?, ?, ?, ?, ?)")) {
            insert.setBytes(1, spec.getId().toByteArray());
            insert.setBytes(2, bytes(spec.getApp()));
            insert.setInt(3, spec.getKindValue());
            insert.setInt(4, BroadcastState.BROADCAST_STATE_WAITING_VALUE);
            insert.setBoolean(5, spec.getParallel());
            insert.setLong(6, Integer.toUnsignedLong(spec.getRatePerSecond()));
            insert.setLong(7, spec.getTtlMs());
            insert.setLong(8, dueAtMs);
            insert.setLong(9, dueAtMs);
            insert.setLong(10, LiveBroadcast.NEVER);
            insert.setInt(11, spec.getSerializedSize());
            insert.setBytes(12, lean.toByteArray());
            insert.setBytes(13, spec.getPayload().toByteArray());
            insert.setBytes(14, spec.getExtension().toByteArray());
            insert.executeUpdate();
            return true;
        } catch (SQLIntegrityConstraintViolationException e) {
            return false;
        }
    }

    static @Nullable Row one(Connection connection, String app, ByteString id) throws SQLException {
        List<Row> rows = rows(
                connection,
                "SELECT " + COLUMNS + " FROM broadcast WHERE app = ? AND id = ?",
                bytes(app),
                id.toByteArray());
        return rows.isEmpty() ? null : rows.getFirst();
    }

    /** Newest first, those put before a number. */
    static List<Row> page(Connection connection, String app, int kind, long beforeNumber, int max) throws SQLException {
        return rows(
                connection,
                "SELECT " + COLUMNS + " FROM broadcast WHERE app = ? AND kind = ? AND number < ?"
                        + " ORDER BY number DESC LIMIT ?",
                bytes(app),
                kind,
                beforeNumber,
                max);
    }

    /** The newest of an app's list, newest first. */
    static List<Row> listed(Connection connection, String app, int max) throws SQLException {
        return rows(
                connection,
                "SELECT " + COLUMNS + " FROM broadcast WHERE app = ? AND listed = 1 ORDER BY bseq DESC LIMIT ?",
                bytes(app),
                max);
    }

    private static List<Row> rows(Connection connection, String sql, Object... values) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                read.setObject(i + 1, values[i]);
            }
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    ByteString id = ByteString.copyFrom(row.getBytes(1));
                    Broadcast broadcast = Broadcast.newBuilder()
                            .setState(BroadcastState.forNumber(row.getInt(2)))
                            .setBseq(row.getLong(3))
                            .setStartedAtMs(row.getLong(4))
                            .setFinishedAtMs(row.getLong(5))
                            .setExpiresAtMs(row.getLong(6))
                            .setSpec(LiveTable.spec(row.getBytes(10)))
                            .build();
                    rows.add(new Row(id, broadcast, row.getInt(8), row.getLong(9)));
                }
            }
        }
        return rows;
    }

    /** Whole specs, with payload and extension, of those that are there. */
    static Map<ByteString, BroadcastSpec> specs(Connection connection, Collection<ByteString> ids) throws SQLException {
        Map<ByteString, BroadcastSpec> specs = new HashMap<>();
        try (PreparedStatement read =
                connection.prepareStatement("SELECT spec, payload, extension FROM broadcast WHERE id = ?")) {
            for (ByteString id : ids) {
                read.setBytes(1, id.toByteArray());
                try (ResultSet row = read.executeQuery()) {
                    if (row.next()) {
                        specs.put(
                                id,
                                LiveTable.spec(row.getBytes(1)).toBuilder()
                                        .setPayload(ByteString.copyFrom(row.getBytes(2)))
                                        .setExtension(ByteString.copyFrom(row.getBytes(3)))
                                        .build());
                    }
                }
            }
        }
        return specs;
    }

    /** By room and incarnation; one that had no task counts as done: it serves logins. */
    static Collection<RoomProgress> rooms(Connection connection, ByteString id) throws SQLException {
        Map<NodeRef, RoomProgress> rooms = new LinkedHashMap<>();
        try (PreparedStatement read = connection.prepareStatement("SELECT room, incarnation, state, left_count"
                + " FROM broadcast_task WHERE broadcast_id = ? ORDER BY room, incarnation")) {
            read.setBytes(1, id.toByteArray());
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    NodeRef room = LiveTable.room(text(row.getBytes(1)), row.getLong(2));
                    rooms.put(room, progress(room, TaskState.forNumber(row.getInt(3)), row.getLong(4)));
                }
            }
        }
        CountTable.addTo(connection, id, rooms);
        return rooms.values();
    }

    /** @param left as the task's row has it: of one that is over, from before its end */
    private static RoomProgress progress(NodeRef room, TaskState state, long left) {
        RoomProgress.Builder progress = RoomProgress.newBuilder().setRoom(room).setState(state);
        switch (state) {
            case TASK_STATE_DONE, TASK_STATE_GONE -> progress.setLeft(0);
            default -> {
                if (left != LiveTask.UNKNOWN) {
                    progress.setLeft(left);
                }
            }
        }
        return progress.build();
    }

    /** Drops what was over before a time, a bounded number. Returns how many. */
    static int dropEndedBefore(Connection connection, long endsAtMs) throws SQLException {
        List<ByteString> ended =
                ids(connection, "SELECT id FROM broadcast WHERE ends_at_ms < ? LIMIT " + DROP_MAX, endsAtMs);
        drop(connection, ended);
        return ended.size();
    }

    /** Drops the app's oldest of those that were over by now. False: there is none. */
    static boolean dropOldest(Connection connection, String app, long nowMs) throws SQLException {
        List<ByteString> oldest = ids(
                connection,
                "SELECT id FROM broadcast WHERE app = ? AND state >= " + BroadcastState.BROADCAST_STATE_FINISHED_VALUE
                        + " AND ends_at_ms <= ? AND next_at_ms = " + LiveBroadcast.NEVER + " ORDER BY number LIMIT 1",
                bytes(app),
                nowMs);
        drop(connection, oldest);
        return !oldest.isEmpty();
    }

    private static List<ByteString> ids(Connection connection, String sql, Object... values) throws SQLException {
        List<ByteString> ids = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                read.setObject(i + 1, values[i]);
            }
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    ids.add(ByteString.copyFrom(row.getBytes(1)));
                }
            }
        }
        return ids;
    }

    private static void drop(Connection connection, List<ByteString> ids) throws SQLException {
        for (String sql : List.of(
                "DELETE FROM broadcast_task WHERE broadcast_id = ?",
                "DELETE FROM broadcast_count WHERE broadcast_id = ?",
                "DELETE FROM broadcast WHERE id = ?")) {
            try (PreparedStatement delete = connection.prepareStatement(sql)) {
                for (ByteString id : ids) {
                    delete.setBytes(1, id.toByteArray());
                    delete.addBatch();
                }
                delete.executeBatch();
            }
        }
    }
}

package io.carillon.saver.mysql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The statements on messages and strays. Each runs in its caller's transaction. */
public final class MessageTable {
    private static final String INSERT = "INSERT INTO message"
            + " (bucket, seq, message_id, expires_day, expires_at_ms, app, user, collapse, body)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE seq = seq";
    private static final String INSERT_STRAY = "INSERT INTO stray (message_id, bucket, seq, expires_day)"
            + " VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE seq = seq";
    private static final String DELETE =
            "DELETE FROM message WHERE bucket = ? AND seq = ? AND message_id = ? AND expires_day = ?";
    private static final String COLUMNS =
            "m.bucket, m.seq, m.message_id, m.expires_at_ms, m.app, m.user, m.collapse, m.body";

    private MessageTable() {}

    /** What names a row. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the bytes are never changed.
    public record Key(int bucket, long seq, byte[] messageId, int expiresDay) {}

    /** From where on a bucket is wanted. */
    public record Since(int bucket, long seqAbove) {}

    /** Writes rows that may be there already: one multi-row statement. */
    public static void insert(Connection connection, Collection<MessageRow> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            for (MessageRow row : rows) {
                statement.setInt(1, row.bucket());
                statement.setLong(2, row.seq());
                statement.setBytes(3, row.messageId());
                statement.setInt(4, MessageRow.day(row.expiresAtMs()));
                statement.setLong(5, row.expiresAtMs());
                statement.setBytes(6, row.app().getBytes(StandardCharsets.UTF_8));
                statement.setBytes(7, row.user().getBytes(StandardCharsets.UTF_8));
                statement.setBytes(8, row.collapse());
                statement.setBytes(9, row.body());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    static void insertStrays(Connection connection, Collection<MessageRow> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT_STRAY)) {
            for (MessageRow row : rows) {
                statement.setBytes(1, row.messageId());
                statement.setInt(2, row.bucket());
                statement.setLong(3, row.seq());
                statement.setInt(4, MessageRow.day(row.expiresAtMs()));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    public static void delete(Connection connection, Collection<Key> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
            for (Key key : keys) {
                statement.setInt(1, key.bucket());
                statement.setLong(2, key.seq());
                statement.setBytes(3, key.messageId());
                statement.setInt(4, key.expiresDay());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Unexpired rows of these buckets, lowest seq first in each, at most {@code limit} in all. */
    public static List<MessageRow> since(Connection connection, List<Since> buckets, long nowMs, int limit)
            throws SQLException {
        if (buckets.isEmpty()) {
            return List.of();
        }
        String where = String.join(" OR ", Collections.nCopies(buckets.size(), "(m.bucket = ? AND m.seq > ?)"));
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + COLUMNS + " FROM message m WHERE ("
                + where + ") AND m.expires_day >= ? AND m.expires_at_ms > ? ORDER BY m.bucket, m.seq LIMIT ?")) {
            int index = 1;
            for (Since since : buckets) {
                statement.setInt(index++, since.bucket());
                statement.setLong(index++, since.seqAbove());
            }
            statement.setInt(index++, MessageRow.day(nowMs));
            statement.setLong(index++, nowMs);
            statement.setInt(index, limit);
            return rows(statement);
        }
    }

    /** Ids of those rows that are there already. */
    public static Set<ByteBuffer> existing(Connection connection, Collection<MessageRow> rows) throws SQLException {
        Set<Integer> days = new TreeSet<>();
        rows.forEach(row -> days.add(MessageRow.day(row.expiresAtMs())));
        Set<ByteBuffer> ids = new HashSet<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT message_id FROM message WHERE message_id IN (" + marks(rows.size())
                        + ") AND expires_day IN (" + marks(days.size()) + ")")) {
            int index = 1;
            for (MessageRow row : rows) {
                statement.setBytes(index++, row.messageId());
            }
            for (int day : days) {
                statement.setInt(index++, day);
            }
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    ids.add(ByteBuffer.wrap(result.getBytes(1)));
                }
            }
        }
        return ids;
    }

    private static String marks(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    public static Optional<MessageRow> byId(Connection connection, byte[] messageId) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT " + COLUMNS + " FROM message m WHERE m.message_id = ? LIMIT 1")) {
            statement.setBytes(1, messageId);
            return rows(statement).stream().findFirst();
        }
    }

    /** The oldest strays' rows. A stray whose row has gone is not among them. */
    public static List<MessageRow> strays(Connection connection, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + COLUMNS
                + " FROM stray s JOIN message m ON m.bucket = s.bucket AND m.seq = s.seq"
                + " AND m.message_id = s.message_id AND m.expires_day = s.expires_day ORDER BY s.seq LIMIT ?")) {
            statement.setInt(1, limit);
            return rows(statement);
        }
    }

    /** Strays that name no row any more, or an expired one. */
    public static void deleteEmptyStrays(Connection connection, long nowMs) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "DELETE s FROM stray s LEFT JOIN message m ON m.bucket = s.bucket AND m.seq = s.seq"
                        + " AND m.message_id = s.message_id AND m.expires_day = s.expires_day"
                        + " WHERE m.seq IS NULL OR m.expires_at_ms <= ?")) {
            statement.setLong(1, nowMs);
            statement.executeUpdate();
        }
    }

    public static void deleteStrays(Connection connection, Collection<byte[]> messageIds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM stray WHERE message_id = ?")) {
            for (byte[] id : messageIds) {
                statement.setBytes(1, id);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static List<MessageRow> rows(PreparedStatement statement) throws SQLException {
        List<MessageRow> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                rows.add(new MessageRow(
                        result.getInt(1),
                        result.getLong(2),
                        result.getBytes(3),
                        result.getLong(4),
                        new String(result.getBytes(5), StandardCharsets.UTF_8),
                        new String(result.getBytes(6), StandardCharsets.UTF_8),
                        result.getBytes(7),
                        result.getBytes(8)));
            }
        }
        return rows;
    }
}

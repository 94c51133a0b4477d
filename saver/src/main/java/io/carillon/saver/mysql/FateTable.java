package io.carillon.saver.mysql;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The statements on why messages were dropped. Each runs in its caller's transaction. */
public final class FateTable {
    private FateTable() {}

    /** One reason; a message may have several, such as parked and then expired. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the bytes are never changed.
    public record Row(byte[] messageId, int reason, int detail, long atMs, String app, String user, long seq) {}

    public static void insert(Connection connection, Collection<Row> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "INSERT INTO fate (message_id, reason, detail, at_ms, app, user, seq) VALUES (?, ?, ?, ?, ?, ?, ?)"
                        + " ON DUPLICATE KEY UPDATE at_ms = at_ms")) {
            for (Row row : rows) {
                statement.setBytes(1, row.messageId());
                statement.setInt(2, row.reason());
                statement.setInt(3, row.detail());
                statement.setLong(4, row.atMs());
                statement.setBytes(5, row.app().getBytes(StandardCharsets.UTF_8));
                statement.setBytes(6, row.user().getBytes(StandardCharsets.UTF_8));
                statement.setLong(7, row.seq());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    public static List<Row> of(Connection connection, byte[] messageId) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT reason, detail, at_ms, app, user, seq FROM fate WHERE message_id = ? ORDER BY at_ms")) {
            statement.setBytes(1, messageId);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(new Row(
                            messageId,
                            result.getInt(1),
                            result.getInt(2),
                            result.getLong(3),
                            new String(result.getBytes(4), StandardCharsets.UTF_8),
                            new String(result.getBytes(5), StandardCharsets.UTF_8),
                            result.getLong(6)));
                }
            }
        }
        return rows;
    }

    /** Removes reasons older than this, a bounded number of them. Returns how many. */
    public static int deleteBefore(Connection connection, long atMs) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM fate WHERE at_ms < ? LIMIT 10000")) {
            statement.setLong(1, atMs);
            return statement.executeUpdate();
        }
    }
}

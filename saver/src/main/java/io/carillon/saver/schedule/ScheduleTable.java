package io.carillon.saver.schedule;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.ScheduledPost;
import io.carillon.saver.mysql.StoreTime;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.util.ArrayList;
import java.util.List;

/** The statements on messages for later. Each runs in its caller's transaction. */
final class ScheduleTable {
    private static final int DROP_MAX = 10_000;

    private ScheduleTable() {}

    /** What an app has for later. */
    record Stock(long posts, long bytes) {}

    static Stock stock(Connection connection, String app) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM scheduled_post WHERE app = ?")) {
            read.setBytes(1, app.getBytes(StandardCharsets.UTF_8));
            try (ResultSet row = read.executeQuery()) {
                row.next();
                return new Stock(row.getLong(1), row.getLong(2));
            }
        }
    }

    static boolean exists(Connection connection, ByteString requestId) throws SQLException {
        try (PreparedStatement read =
                connection.prepareStatement("SELECT 1 FROM scheduled_post WHERE request_id = ?")) {
            read.setBytes(1, requestId.toByteArray());
            try (ResultSet row = read.executeQuery()) {
                return row.next();
            }
        }
    }

    /** False: the request id is there. What should have been sent before is due now. */
    static boolean insert(Connection connection, ScheduledPost post, long nowMs) throws SQLException {
        long dueAtMs = Math.max(nowMs, post.getSendAtMs());
        byte[] body = post.toByteArray();
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO scheduled_post (request_id, app,"
                + " due_at_ms, next_at_ms, bytes, body) VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setBytes(1, post.getRequestId().toByteArray());
            insert.setBytes(2, post.getApp().getBytes(StandardCharsets.UTF_8));
            insert.setLong(3, dueAtMs);
            insert.setLong(4, dueAtMs);
            insert.setInt(5, body.length);
            insert.setBytes(6, body);
            insert.executeUpdate();
            ScheduledMessages.insert(connection, post);
            return true;
        } catch (SQLIntegrityConstraintViolationException e) {
            return false;
        }
    }

    /** Whether something is due; takes no lock. */
    static boolean anythingDue(Connection connection) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                        "SELECT 1 FROM scheduled_post WHERE next_at_ms <= " + StoreTime.MILLIS_SQL + " LIMIT 1");
                ResultSet row = read.executeQuery()) {
            return row.next();
        }
    }

    /** Leases the first due, as many as the bytes allow and one at least. */
    static List<ScheduledPost> take(Connection connection, long nowMs, long leaseUntilMs, int max, long bytesMax)
            throws SQLException {
        List<ScheduledPost> posts = new ArrayList<>();
        for (byte[] id : lockDue(connection, nowMs, max, bytesMax)) {
            try (PreparedStatement read =
                            connection.prepareStatement("SELECT body FROM scheduled_post WHERE request_id = ?");
                    PreparedStatement lease = connection.prepareStatement(
                            "UPDATE scheduled_post SET next_at_ms = ? WHERE request_id = ?")) {
                read.setBytes(1, id);
                try (ResultSet row = read.executeQuery()) {
                    row.next();
                    posts.add(ScheduledPost.parseFrom(row.getBytes(1)));
                } catch (InvalidProtocolBufferException e) {
                    throw new SQLException("a scheduled request's row cannot be read", e);
                }
                lease.setLong(1, leaseUntilMs);
                lease.setBytes(2, id);
                lease.executeUpdate();
            }
        }
        return posts;
    }

    private static List<byte[]> lockDue(Connection connection, long nowMs, int max, long bytesMax) throws SQLException {
        List<byte[]> ids = new ArrayList<>();
        long bytes = 0;
        try (PreparedStatement read = connection.prepareStatement("SELECT request_id, bytes FROM scheduled_post"
                + " WHERE next_at_ms <= ? ORDER BY next_at_ms LIMIT ? FOR UPDATE")) {
            read.setLong(1, nowMs);
            read.setInt(2, max);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    bytes += row.getLong(2);
                    if (bytes > bytesMax && !ids.isEmpty()) {
                        break;
                    }
                    ids.add(row.getBytes(1));
                }
            }
        }
        return ids;
    }

    /** Returns those that were there. */
    static List<ByteString> delete(Connection connection, List<ByteString> requestIds) throws SQLException {
        List<ByteString> deleted = new ArrayList<>();
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM scheduled_post WHERE request_id = ?")) {
            for (ByteString id : requestIds) {
                delete.setBytes(1, id.toByteArray());
                if (delete.executeUpdate() == 1) {
                    deleted.add(id);
                }
            }
        }
        return deleted;
    }

    /** A bounded number. Returns how many. */
    static int dropDueBefore(Connection connection, long atMs) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM scheduled_post WHERE due_at_ms < ? LIMIT " + DROP_MAX)) {
            delete.setLong(1, atMs);
            return delete.executeUpdate();
        }
    }
}

package io.carillon.saver.ban;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ban;
import io.carillon.contract.BanEntry;
import io.carillon.contract.BansRequest;
import io.carillon.contract.BansResponse;
import io.carillon.contract.UserKey;
import io.carillon.saver.mysql.StoreTime;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The statements on bans. Each runs in its caller's transaction; times are by the store's clock. */
final class BanTable {
    static final int FORGET_MAX = 10_000;

    /** The same rows for every statement that runs under the lock. */
    private static final String FORGETTABLE =
            " WHERE forget_at_ms <= ? ORDER BY forget_at_ms, app, user LIMIT " + FORGET_MAX;

    private BanTable() {}

    /** Of the whole table. */
    record Versions(long newest, long forgotten) {}

    static Versions versions(Connection connection, boolean lock) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement("SELECT version, forgotten_version FROM ban_version"
                        + " WHERE only_row = 1" + (lock ? " FOR UPDATE" : ""));
                ResultSet row = read.executeQuery()) {
            row.next();
            return new Versions(row.getLong(1), row.getLong(2));
        }
    }

    /** Rows, those that are over included. */
    static int count(Connection connection) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement("SELECT COUNT(*) FROM ban");
                ResultSet row = read.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    /**
     * Writes bans, each with a version of its own.
     *
     * @param keptMs how long a row stays behind its end
     * @return when each ends
     */
    static List<Long> put(Connection connection, List<BanEntry> entries, long keptMs) throws SQLException {
        long version = versions(connection, true).newest();
        long nowMs = StoreTime.millis(connection);
        List<Long> ends = new ArrayList<>(entries.size());
        try (PreparedStatement write = connection.prepareStatement("INSERT INTO ban"
                + " (app, user, version, until_ms, forget_at_ms, reason) VALUES (?, ?, ?, ?, ?, ?)"
                + " ON DUPLICATE KEY UPDATE version = VALUES(version), until_ms = VALUES(until_ms),"
                + " forget_at_ms = VALUES(forget_at_ms), reason = VALUES(reason)")) {
            for (BanEntry entry : entries) {
                long untilMs = nowMs + entry.getBanMs();
                write.setBytes(1, entry.getUser().getAppBytes().toByteArray());
                write.setBytes(2, entry.getUser().getUserBytes().toByteArray());
                write.setLong(3, ++version);
                write.setLong(4, untilMs);
                write.setLong(5, untilMs + keptMs);
                write.setBytes(6, entry.getReasonBytes().toByteArray());
                write.addBatch();
                ends.add(untilMs);
            }
            write.executeBatch();
        }
        setVersion(connection, version);
        return ends;
    }

    /** False where there is no ban that still holds. */
    static boolean lift(Connection connection, UserKey user, long keptMs) throws SQLException {
        long version = versions(connection, true).newest() + 1;
        long nowMs = StoreTime.millis(connection);
        try (PreparedStatement write = connection.prepareStatement(
                "UPDATE ban SET version = ?, until_ms = 0, forget_at_ms = ? WHERE app = ? AND user = ?"
                        + " AND until_ms > ?")) {
            write.setLong(1, version);
            write.setLong(2, nowMs + keptMs);
            write.setBytes(3, user.getAppBytes().toByteArray());
            write.setBytes(4, user.getUserBytes().toByteArray());
            write.setLong(5, nowMs);
            if (write.executeUpdate() == 0) {
                return false;
            }
        }
        setVersion(connection, version);
        return true;
    }

    private static void setVersion(Connection connection, long version) throws SQLException {
        try (PreparedStatement write =
                connection.prepareStatement("UPDATE ban_version SET version = ? WHERE only_row = 1")) {
            write.setLong(1, version);
            write.executeUpdate();
        }
    }

    /** The next page for one who knows what the request says. */
    static BansResponse page(Connection connection, BansRequest request, int max) throws SQLException {
        Versions now = versions(connection, false);
        long after = request.getAfterVersion();
        long base = request.getBaseVersion();
        // What was forgotten since can't be told any more; and a table younger than what is known is another one.
        boolean reset = after == 0 || after > now.newest() || now.forgotten() > Math.max(after, base);
        if (reset) {
            after = 0;
            base = now.newest();
        }
        BansResponse.Builder page = BansResponse.newBuilder()
                .setReset(reset)
                .setBaseVersion(base)
                .setVersion(now.newest())
                .setNowMs(StoreTime.millis(connection));
        addRows(connection, page, after, max);
        return page.build();
    }

    private static void addRows(Connection connection, BansResponse.Builder page, long after, int max)
            throws SQLException {
        try (PreparedStatement read = connection.prepareStatement("SELECT version, app, user, until_ms, reason FROM ban"
                + " WHERE version > ? AND (until_ms > ? OR version > ?) ORDER BY version LIMIT ?")) {
            read.setLong(1, after);
            read.setLong(2, page.getNowMs());
            read.setLong(3, page.getBaseVersion());
            read.setInt(4, max + 1);
            long last = after;
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    if (page.getBansCount() == max) {
                        page.setMore(true).setVersion(last);
                        return;
                    }
                    last = row.getLong(1);
                    page.addBans(ban(row));
                }
            }
            // A change between the two reads is in the second already.
            page.setVersion(Math.max(page.getVersion(), last));
        }
    }

    private static Ban ban(ResultSet row) throws SQLException {
        return Ban.newBuilder()
                .setUser(UserKey.newBuilder().setApp(text(row.getBytes(2))).setUser(text(row.getBytes(3))))
                .setUntilMs(row.getLong(4))
                .setReasonBytes(ByteString.copyFrom(row.getBytes(5)))
                .build();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Drops what ended long enough ago. Returns how many went, which is bounded. */
    static int forget(Connection connection) throws SQLException {
        long nowMs = StoreTime.millis(connection);
        if (!anyToForget(connection, nowMs)) {
            return 0;
        }
        Versions versions = versions(connection, true);
        int gone;
        long newestGone;
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT COUNT(*), MAX(version) FROM (SELECT version FROM ban" + FORGETTABLE + ") AS gone")) {
            read.setLong(1, nowMs);
            try (ResultSet row = read.executeQuery()) {
                row.next();
                gone = row.getInt(1);
                newestGone = row.getLong(2);
            }
        }
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM ban" + FORGETTABLE);
                PreparedStatement note = connection.prepareStatement(
                        "UPDATE ban_version SET forgotten_version = ? WHERE only_row = 1")) {
            delete.setLong(1, nowMs);
            delete.executeUpdate();
            note.setLong(1, Math.max(versions.forgotten(), newestGone));
            note.executeUpdate();
        }
        return gone;
    }

    private static boolean anyToForget(Connection connection, long nowMs) throws SQLException {
        try (PreparedStatement read =
                connection.prepareStatement("SELECT 1 FROM ban WHERE forget_at_ms <= ? LIMIT 1")) {
            read.setLong(1, nowMs);
            try (ResultSet row = read.executeQuery()) {
                return row.next();
            }
        }
    }
}

package io.carillon.saver.uplink;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.DeadLetter;
import io.carillon.contract.DeadLettersResponse;
import io.carillon.contract.UplinkEntry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The statements on dead letters. Each runs in its caller's transaction. */
final class DeadLetterTable {
    private static final int PAGE_BYTES_MAX = 1 << 20;
    private static final int DROP_MAX = 10_000;
    private static final int BURY_MAX = 500;

    private DeadLetterTable() {}

    /**
     * Moves an uplink out of the queue. Does nothing where it is not there.
     *
     * @param tried attempts of now, beside those that were counted before
     */
    static void bury(Connection connection, long id, int tried, String error, long nowMs) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                        "SELECT user_hash, attempts, body, lane FROM uplink WHERE id = ? FOR UPDATE");
                PreparedStatement insert = connection.prepareStatement("INSERT INTO dead_letter"
                        + " (id, app, user_hash, attempts, died_at_ms, error, body, lane)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
            read.setLong(1, id);
            try (ResultSet row = read.executeQuery()) {
                if (!row.next()) {
                    return;
                }
                byte[] body = row.getBytes(3);
                insert.setLong(1, id);
                insert.setBytes(2, bytes(entry(body).getApp()));
                insert.setLong(3, row.getLong(1));
                insert.setInt(4, row.getInt(2) + tried);
                insert.setLong(5, nowMs);
                insert.setString(6, error);
                insert.setBytes(7, body);
                insert.setLong(8, row.getLong(4));
            }
            insert.executeUpdate();
        }
        delete(connection, "uplink", List.of(id));
    }

    static DeadLettersResponse page(Connection connection, String app, long afterId, int max) throws SQLException {
        DeadLettersResponse.Builder page = DeadLettersResponse.newBuilder();
        try (PreparedStatement read = connection.prepareStatement("SELECT id, attempts, died_at_ms, error, body"
                + " FROM dead_letter WHERE app = ? AND id > ? ORDER BY id LIMIT ?")) {
            read.setBytes(1, bytes(app));
            read.setLong(2, afterId);
            read.setInt(3, max + 1);
            int bytes = 0;
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    byte[] body = rows.getBytes(5);
                    bytes += body.length;
                    if (page.getLettersCount() == max || (page.getLettersCount() > 0 && bytes > PAGE_BYTES_MAX)) {
                        page.setMore(true);
                        break;
                    }
                    page.addLetters(DeadLetter.newBuilder()
                            .setId(Long.toString(rows.getLong(1)))
                            .setAttempts(rows.getInt(2))
                            .setDiedAtMs(rows.getLong(3))
                            .setError(rows.getString(4))
                            .setEntry(entry(body)));
                }
            }
        }
        return page.build();
    }

    /** The first of the app's after an id, locked. */
    static List<Long> lockAfter(Connection connection, String app, long afterId, int max) throws SQLException {
        return numbers(
                connection,
                "SELECT id FROM dead_letter WHERE app = ? AND id > ? ORDER BY id LIMIT ? FOR UPDATE",
                bytes(app),
                afterId,
                max);
    }

    /** Which of the ids are the app's, locked. */
    static List<Long> lock(Connection connection, String app, List<Long> ids) throws SQLException {
        List<Object> values = new ArrayList<>(List.of(bytes(app)));
        values.addAll(ids);
        return numbers(
                connection,
                "SELECT id FROM dead_letter WHERE app = ? AND id IN (" + marks(ids.size()) + ") ORDER BY id FOR UPDATE",
                values.toArray());
    }

    /** Moves locked ones back to the queue as if they had never been tried. */
    static void revive(Connection connection, List<Long> ids, long nowMs) throws SQLException {
        if (ids.isEmpty()) {
            return;
        }
        update(
                connection,
                "INSERT INTO uplink (id, lane, user_hash, state, attempts, next_at_ms, lease_until_ms, lease_owner, error,"
                        + " put_at_ms, body) SELECT id, lane, user_hash, 0, 0, 0, 0, '', '', " + nowMs
                        + ", body FROM dead_letter WHERE id IN ("
                        + marks(ids.size()) + ")",
                ids.toArray());
        delete(connection, "dead_letter", ids);
    }

    /** What waits since before a time, a bounded number, those first that came first; locked. */
    static List<Long> lockPutBefore(Connection connection, long putBeforeMs) throws SQLException {
        return numbers(
                connection,
                "SELECT id FROM uplink WHERE put_at_ms < ? ORDER BY put_at_ms LIMIT " + BURY_MAX + " FOR UPDATE",
                putBeforeMs);
    }

    /** The apps of these. */
    static List<String> apps(Connection connection, List<Long> ids) throws SQLException {
        List<String> apps = new ArrayList<>();
        if (ids.isEmpty()) {
            return apps;
        }
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT DISTINCT app FROM dead_letter WHERE id IN (" + marks(ids.size()) + ")")) {
            set(read, ids.toArray());
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    apps.add(new String(rows.getBytes(1), StandardCharsets.UTF_8));
                }
            }
        }
        return apps;
    }

    /** Leaves {@code max} of an app's. Returns how many went. */
    static int dropFirst(Connection connection, String app, int max) throws SQLException {
        List<Long> lastToGo = numbers(
                connection,
                "SELECT id FROM dead_letter WHERE app = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
                bytes(app),
                max);
        if (lastToGo.isEmpty()) {
            return 0;
        }
        return update(
                connection,
                "DELETE FROM dead_letter WHERE app = ? AND id <= ? ORDER BY id LIMIT " + DROP_MAX,
                bytes(app),
                lastToGo.getFirst());
    }

    /** Returns how many went, which is bounded. */
    static int dropBefore(Connection connection, long diedBeforeMs) throws SQLException {
        return update(connection, "DELETE FROM dead_letter WHERE died_at_ms < ? LIMIT " + DROP_MAX, diedBeforeMs);
    }

    /** Those that were delivered in spite of their death. */
    static void drop(Connection connection, List<Long> ids) throws SQLException {
        delete(connection, "dead_letter", ids);
    }

    private static void delete(Connection connection, String table, List<Long> ids) throws SQLException {
        update(connection, "DELETE FROM " + table + " WHERE id IN (" + marks(ids.size()) + ")", ids.toArray());
    }

    private static UplinkEntry entry(byte[] body) throws SQLException {
        try {
            return UplinkEntry.parseFrom(body);
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("an uplink's row cannot be read", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String marks(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    private static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, values);
            return statement.executeUpdate();
        }
    }

    private static List<Long> numbers(Connection connection, String sql, Object... values) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(sql)) {
            set(read, values);
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                }
            }
        }
        return numbers;
    }

    private static void set(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }
}

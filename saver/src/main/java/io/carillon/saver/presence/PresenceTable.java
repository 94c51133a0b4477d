package io.carillon.saver.presence;

import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceRow;
import io.carillon.runtime.bucket.Buckets;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The statements on presence. Each runs in its caller's transaction. */
public final class PresenceTable {
    private static final long OFFLINE_KEPT_MS = TimeUnit.DAYS.toMillis(7);
    private static final int FORGET_MAX = 10_000;
    private static final int ROOM_BYTES_MAX = 255;
    private static final int PAGE_BUCKETS = 64;

    private PresenceTable() {}

    /** The rows that there are, locked. By key of the primary index each, which both MySQL and MariaDB turn into ranges. */
    static Map<PresenceKey, PresenceState> lock(Connection connection, Collection<PresenceKey> keys)
            throws SQLException {
        Map<PresenceKey, PresenceState> states = new TreeMap<>();
        if (keys.isEmpty()) {
            return states;
        }
        String sql = keys.stream()
                .map(key -> "(bucket = ? AND app = ? AND user = ?)")
                .collect(Collectors.joining(
                        " OR ",
                        "SELECT bucket, app, user, online, untold, version, at_ms, room FROM presence FORCE INDEX (PRIMARY)"
                                + " WHERE ",
                        " FOR UPDATE"));
        try (PreparedStatement read = connection.prepareStatement(sql)) {
            int at = 1;
            for (PresenceKey key : keys) {
                read.setInt(at++, key.bucket());
                read.setBytes(at++, bytes(key.app()));
                read.setBytes(at++, bytes(key.user()));
            }
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    states.put(
                            new PresenceKey(rows.getInt(1), text(rows, 2), text(rows, 3)),
                            new PresenceState(
                                    true,
                                    rows.getInt(4) == 1,
                                    rows.getInt(5) == 1,
                                    rows.getLong(6),
                                    rows.getLong(7),
                                    text(rows, 8)));
                }
            }
        }
        return states;
    }

    /** Rows of users that are offline and of whom nothing is known; those that are there stay as they are. */
    static void create(Connection connection, List<PresenceKey> keys) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT IGNORE INTO presence (bucket, app, user, online, version, at_ms, room)"
                        + " VALUES (?, ?, ?, 0, 0, 0, '')")) {
            for (PresenceKey key : keys) {
                insert.setInt(1, key.bucket());
                insert.setBytes(2, bytes(key.app()));
                insert.setBytes(3, bytes(key.user()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** @param moved which of the states are written */
    static void write(Connection connection, Map<PresenceKey, PresenceState> states, Set<PresenceKey> moved)
            throws SQLException {
        if (moved.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement("UPDATE presence SET online = ?, untold = ?,"
                + " version = ?, at_ms = ?, room = ? WHERE bucket = ? AND app = ? AND user = ?")) {
            for (PresenceKey key : moved) {
                PresenceState state = states.getOrDefault(key, PresenceState.NONE);
                byte[] room = bytes(state.room());
                update.setInt(1, state.online() ? 1 : 0);
                update.setInt(2, state.untold() ? 1 : 0);
                update.setLong(3, state.version());
                update.setLong(4, state.atMs());
                update.setBytes(5, Arrays.copyOf(room, Math.min(room.length, ROOM_BYTES_MAX)));
                update.setInt(6, key.bucket());
                update.setBytes(7, bytes(key.app()));
                update.setBytes(8, bytes(key.user()));
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** Where a walk over those of whom nobody was told is: behind this user of this bucket. */
    record Place(int bucket, String app, String user) {
        static final Place START = new Place(0, "", "");
    }

    /**
     * Those who are online and of whom nobody was told, from a place on.
     *
     * @param next where the next page begins; null: that was all
     */
    record UntoldPage(List<PresenceKey> keys, @Nullable Place next) {
        UntoldPage {
            keys = List.copyOf(keys);
        }
    }

    static UntoldPage untold(Connection connection, Place from, int pageMax) throws SQLException {
        List<PresenceKey> keys = new ArrayList<>();
        // A range of buckets each, so that a page without anybody ends soon as well.
        int end = Math.min(Buckets.COUNT, from.bucket() + PAGE_BUCKETS);
        try (PreparedStatement read = connection.prepareStatement("SELECT bucket, app, user FROM presence"
                + " WHERE bucket >= ? AND bucket < ? AND online = 1 AND untold = 1"
                + " AND (bucket > ? OR app > ? OR (app = ? AND user > ?)) ORDER BY bucket, app, user LIMIT ?")) {
            read.setInt(1, from.bucket());
            read.setInt(2, end);
            read.setInt(3, from.bucket());
            read.setBytes(4, bytes(from.app()));
            read.setBytes(5, bytes(from.app()));
            read.setBytes(6, bytes(from.user()));
            read.setInt(7, pageMax);
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    keys.add(new PresenceKey(rows.getInt(1), text(rows, 2), text(rows, 3)));
                }
            }
        }
        if (keys.size() == pageMax) {
            PresenceKey last = keys.getLast();
            return new UntoldPage(keys, new Place(last.bucket(), last.app(), last.user()));
        }
        return new UntoldPage(keys, end < Buckets.COUNT ? new Place(end, "", "") : null);
    }

    /** Who is online in the buckets after the request's place, at most so many. */
    static List<PresenceRow> online(Connection connection, PresenceReportedRequest request, int max)
            throws SQLException {
        List<Integer> buckets = request.getBucketsList().stream()
                .filter(bucket -> bucket >= request.getAfterBucket())
                .distinct()
                .toList();
        List<PresenceRow> found = new ArrayList<>();
        if (buckets.isEmpty()) {
            return found;
        }
        String sql = "SELECT app, user, version FROM presence WHERE bucket IN ("
                + String.join(", ", Collections.nCopies(buckets.size(), "?"))
                + ") AND online = 1 AND (bucket > ? OR app > ? OR (app = ? AND user > ?))"
                + " ORDER BY bucket, app, user LIMIT ?";
        try (PreparedStatement read = connection.prepareStatement(sql)) {
            int at = 1;
            for (int bucket : buckets) {
                read.setInt(at++, bucket);
            }
            read.setInt(at++, request.getAfterBucket());
            read.setBytes(at++, bytes(request.getAfterApp()));
            read.setBytes(at++, bytes(request.getAfterApp()));
            read.setBytes(at++, bytes(request.getAfterUser()));
            read.setInt(at, max);
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    found.add(PresenceRow.newBuilder()
                            .setApp(text(rows, 1))
                            .setUser(text(rows, 2))
                            .setOnline(true)
                            .setVersion(rows.getLong(3))
                            .build());
                }
            }
        }
        return found;
    }

    /** Forgets users that went offline long ago, a bounded number of them. Returns how many. */
    public static int forgetOld(Connection connection, long nowMs) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM presence WHERE online = 0 AND at_ms < ? LIMIT " + FORGET_MAX)) {
            delete.setLong(1, nowMs - OFFLINE_KEPT_MS);
            return delete.executeUpdate();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ResultSet rows, int column) throws SQLException {
        return new String(rows.getBytes(column), StandardCharsets.UTF_8);
    }
}

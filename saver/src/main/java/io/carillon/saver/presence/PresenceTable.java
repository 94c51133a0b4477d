package io.carillon.saver.presence;

import io.carillon.contract.EventKind;
import io.carillon.contract.PresenceChange;
import io.carillon.contract.PresenceEvent;
import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceRow;
import io.carillon.contract.UplinkEntry;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.layout.UserKeys;
import io.carillon.saver.uplink.UplinkTable;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The statements on presence. Each runs in its caller's transaction. */
public final class PresenceTable {
    private static final Logger log = LoggerFactory.getLogger(PresenceTable.class);
    private static final long OFFLINE_KEPT_MS = TimeUnit.DAYS.toMillis(7);
    private static final int FORGET_MAX = 10_000;
    private static final int ROOM_BYTES_MAX = 255;
    private static final int TELL_BUCKETS = 64;
    /** Why a coming is told that is not new: the user is one that the app wants to be told of now. */
    private static final String REASON_TAGGED = "tagged";

    private PresenceTable() {}

    /** In the order of the primary key, so that two transactions lock in the same order. */
    private record Key(int bucket, String app, String user) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparingInt(Key::bucket).thenComparing(Key::app).thenComparing(Key::user);

        static Key of(PresenceChange change) {
            return new Key(Buckets.of(change.getApp(), change.getUser()), change.getApp(), change.getUser());
        }

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /** @param untold online, and nobody was told */
    private record State(boolean stored, boolean online, boolean untold, long version, long atMs, String room) {
        static final State NONE = new State(false, false, false, 0, 0, "");

        /** @param meant whether the app wants to be told of the user */
        State after(PresenceEvent event, boolean meant) {
            boolean other = event.getOnline() != online;
            boolean told = online && !untold;
            return new State(
                    true,
                    event.getOnline(),
                    event.getOnline() && !told && !meant,
                    event.getVersion(),
                    other ? event.getAtMs() : atMs,
                    event.getRoom());
        }

        /** Whether the app knows the user to be online. */
        boolean told() {
            return online && !untold;
        }

        State afterTold() {
            return new State(stored, online, false, version, atMs, room);
        }
    }

    /** The rows after each change. What cannot be a user is passed over, as if it were taken. */
    static List<PresenceRow> apply(Connection connection, List<PresenceChange> changes, PresenceTags tags, long nowMs)
            throws SQLException {
        Map<Key, State> states = lock(connection, changes);
        // Behind the locks: whoever gives one of these a tag now finds its row behind this transaction.
        Set<Key> meant = meant(connection, coming(changes), tags);
        Set<Key> moved = new LinkedHashSet<>();
        List<UplinkEntry> events = new ArrayList<>();
        List<PresenceRow> rows = new ArrayList<>();
        for (PresenceChange change : changes) {
            PresenceEvent event = change.getEvent();
            State state = states.get(Key.of(change));
            if (state == null) {
                rows.add(row(change, event.getOnline(), event.getVersion()));
                continue;
            }
            if (state.stored() && event.getVersion() > state.version()) {
                State next = state.after(event, meant.contains(Key.of(change)));
                if (next.told() != state.told()) {
                    events.add(entry(change, nowMs));
                }
                state = next;
                states.replace(Key.of(change), state);
                moved.add(Key.of(change));
            }
            rows.add(row(change, state.online(), state.version()));
        }
        write(connection, states, moved);
        if (!events.isEmpty()) {
            UplinkTable.insert(connection, events, nowMs);
        }
        return rows;
    }

    private static PresenceRow row(PresenceChange change, boolean online, long version) {
        return PresenceRow.newBuilder()
                .setApp(change.getApp())
                .setUser(change.getUser())
                .setOnline(online)
                .setVersion(version)
                .build();
    }

    private static UplinkEntry entry(PresenceChange change, long nowMs) {
        return UplinkEntry.newBuilder()
                .setKind(EventKind.EVENT_KIND_PRESENCE)
                .setApp(change.getApp())
                .setUser(change.getUser())
                .setPresence(change.getEvent())
                .setReceivedAtMs(nowMs)
                .build();
    }

    /** The rows' states, locked; who has none and comes online gets one. */
    private static Map<Key, State> lock(Connection connection, List<PresenceChange> changes) throws SQLException {
        Map<Key, State> states = new TreeMap<>();
        for (PresenceChange change : changes) {
            if (UserKeys.problem(change.getApp(), change.getUser()).isEmpty()) {
                states.put(Key.of(change), State.NONE);
            } else {
                log.warn("presence of an impossible user app={} user={}", change.getApp(), change.getUser());
            }
        }
        Map<Key, State> found = read(connection, states.keySet());
        states.putAll(found);
        List<Key> fresh = coming(changes).stream()
                .filter(key -> !found.containsKey(key) && states.containsKey(key))
                .sorted()
                .toList();
        if (!fresh.isEmpty()) {
            create(connection, fresh);
            states.putAll(read(connection, fresh));
        }
        return states;
    }

    private static Set<Key> coming(List<PresenceChange> changes) {
        return changes.stream()
                .filter(change -> change.getEvent().getOnline())
                .map(Key::of)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Those of the users of whom their apps want to be told. */
    private static Set<Key> meant(Connection connection, Collection<Key> keys, PresenceTags tags) throws SQLException {
        Map<String, List<Key>> byApp = keys.stream().collect(Collectors.groupingBy(Key::app));
        Set<Key> meant = new HashSet<>();
        for (Map.Entry<String, List<Key>> app : byApp.entrySet()) {
            Set<String> users = tags.meant(
                    connection,
                    app.getKey(),
                    app.getValue().stream().map(Key::user).toList());
            app.getValue().stream().filter(key -> users.contains(key.user())).forEach(meant::add);
        }
        return meant;
    }

    /**
     * The user's tags have changed in this transaction. One who is online, of whom nobody was told, and who is meant now is
     * told; one who is meant no more goes on as before: the app knows it as online, and is told of its going.
     */
    static void onTags(Connection connection, String app, String user, PresenceTags tags, long nowMs)
            throws SQLException {
        if (tags.of(app).isEmpty()
                || !UserKeys.problem(app, user).isEmpty()
                || tags.meant(connection, app, List.of(user)).isEmpty()) {
            return;
        }
        Key key = new Key(Buckets.of(app, user), app, user);
        Map<Key, State> found = read(connection, List.of(key));
        if (found.isEmpty()) {
            // A row to meet at: one who comes just now, and has not seen these tags, is met here or waits for them.
            create(connection, List.of(key));
            found = read(connection, List.of(key));
        }
        tell(connection, found, nowMs);
    }

    /** Where a walk over those of whom nobody was told is: behind this user of this bucket. */
    record Place(int bucket, String app, String user) {
        static final Place START = new Place(0, "", "");
    }

    /**
     * Tells of those of some apps who are online, meant, and of whom nobody was told: one page.
     *
     * @param apps whose filter has changed
     * @return where the next page begins; null: that was all
     */
    static @Nullable Place tellUntold(
            Connection connection, Place from, Set<String> apps, PresenceTags tags, int pageMax, long nowMs)
            throws SQLException {
        List<Key> page = new ArrayList<>();
        // A range of buckets each, so that a page without anybody ends soon as well.
        int end = Math.min(Buckets.COUNT, from.bucket() + TELL_BUCKETS);
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
                    page.add(new Key(rows.getInt(1), text(rows, 2), text(rows, 3)));
                }
            }
        }
        List<Key> ofApps = page.stream().filter(key -> apps.contains(key.app())).toList();
        tell(connection, read(connection, meant(connection, ofApps, tags)), nowMs);
        if (page.size() == pageMax) {
            Key last = page.getLast();
            return new Place(last.bucket(), last.app(), last.user());
        }
        return end < Buckets.COUNT ? new Place(end, "", "") : null;
    }

    /** Tells of those who are online and of whom nobody was told. The rows are locked. */
    private static void tell(Connection connection, Map<Key, State> states, long nowMs) throws SQLException {
        Map<Key, State> told = new TreeMap<>();
        List<UplinkEntry> events = new ArrayList<>();
        states.forEach((key, state) -> {
            if (state.online() && state.untold()) {
                told.put(key, state.afterTold());
                PresenceEvent event = PresenceEvent.newBuilder()
                        .setOnline(true)
                        .setVersion(state.version())
                        .setAtMs(state.atMs())
                        .setRoom(state.room())
                        .setReason(REASON_TAGGED)
                        .build();
                events.add(entry(
                        PresenceChange.newBuilder()
                                .setApp(key.app())
                                .setUser(key.user())
                                .setEvent(event)
                                .build(),
                        nowMs));
            }
        });
        write(connection, told, told.keySet());
        if (!events.isEmpty()) {
            UplinkTable.insert(connection, events, nowMs);
        }
    }

    /** By key of the primary index each, which both MySQL and MariaDB turn into ranges. */
    private static Map<Key, State> read(Connection connection, Collection<Key> keys) throws SQLException {
        Map<Key, State> states = new TreeMap<>();
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
            for (Key key : keys) {
                read.setInt(at++, key.bucket());
                read.setBytes(at++, bytes(key.app()));
                read.setBytes(at++, bytes(key.user()));
            }
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    states.put(
                            new Key(rows.getInt(1), text(rows, 2), text(rows, 3)),
                            new State(
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

    private static void create(Connection connection, List<Key> keys) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT IGNORE INTO presence (bucket, app, user, online, version, at_ms, room)"
                        + " VALUES (?, ?, ?, 0, 0, 0, '')")) {
            for (Key key : keys) {
                insert.setInt(1, key.bucket());
                insert.setBytes(2, bytes(key.app()));
                insert.setBytes(3, bytes(key.user()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void write(Connection connection, Map<Key, State> states, Set<Key> moved) throws SQLException {
        if (moved.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement("UPDATE presence SET online = ?, untold = ?,"
                + " version = ?, at_ms = ?, room = ? WHERE bucket = ? AND app = ? AND user = ?")) {
            for (Key key : moved) {
                State state = states.getOrDefault(key, State.NONE);
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

    /** Forgets users that went offline long ago, a bounded number of them. */
    public static void forgetOld(Connection connection, long nowMs) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM presence WHERE online = 0 AND at_ms < ? LIMIT " + FORGET_MAX)) {
            delete.setLong(1, nowMs - OFFLINE_KEPT_MS);
            delete.executeUpdate();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ResultSet rows, int column) throws SQLException {
        return new String(rows.getBytes(column), StandardCharsets.UTF_8);
    }
}

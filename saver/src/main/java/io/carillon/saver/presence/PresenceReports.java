package io.carillon.saver.presence;

import io.carillon.contract.EventKind;
import io.carillon.contract.PresenceChange;
import io.carillon.contract.PresenceEvent;
import io.carillon.contract.PresenceRow;
import io.carillon.contract.UplinkEntry;
import io.carillon.saver.layout.UserKeys;
import io.carillon.saver.uplink.UplinkTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which changes move a user's row, and which of them the app is told of. Each runs in its caller's transaction: the row and
 * the event that tells of it are written together, or neither is.
 */
final class PresenceReports {
    private static final Logger log = LoggerFactory.getLogger(PresenceReports.class);
    /** Why a coming is told that is not new: the user is one that the app wants to be told of now. */
    private static final String REASON_TAGGED = "tagged";

    private PresenceReports() {}

    /** The rows after each change. What cannot be a user is passed over, as if it were taken. */
    static List<PresenceRow> apply(Connection connection, List<PresenceChange> changes, PresenceTags tags, long nowMs)
            throws SQLException {
        Map<PresenceKey, PresenceState> states = lock(connection, changes);
        // Behind the locks: whoever gives one of these a tag now finds its row behind this transaction.
        Set<PresenceKey> meant = meant(connection, coming(changes), tags);
        Set<PresenceKey> moved = new LinkedHashSet<>();
        List<UplinkEntry> events = new ArrayList<>();
        List<PresenceRow> rows = new ArrayList<>();
        for (PresenceChange change : changes) {
            PresenceEvent event = change.getEvent();
            PresenceState state = states.get(PresenceKey.of(change));
            if (state == null) {
                rows.add(row(change, event.getOnline(), event.getVersion()));
                continue;
            }
            if (state.stored() && event.getVersion() > state.version()) {
                PresenceState next = state.after(event, meant.contains(PresenceKey.of(change)));
                if (next.told() != state.told()) {
                    events.add(entry(change, nowMs));
                }
                state = next;
                states.replace(PresenceKey.of(change), state);
                moved.add(PresenceKey.of(change));
            }
            rows.add(row(change, state.online(), state.version()));
        }
        PresenceTable.write(connection, states, moved);
        if (!events.isEmpty()) {
            UplinkTable.insert(connection, events, nowMs);
        }
        return rows;
    }

    /** The rows' states, locked; who has none and comes online gets one. */
    private static Map<PresenceKey, PresenceState> lock(Connection connection, List<PresenceChange> changes)
            throws SQLException {
        Map<PresenceKey, PresenceState> states = new TreeMap<>();
        for (PresenceChange change : changes) {
            if (UserKeys.problem(change.getApp(), change.getUser()).isEmpty()) {
                states.put(PresenceKey.of(change), PresenceState.NONE);
            } else {
                log.warn("presence of an impossible user app={} user={}", change.getApp(), change.getUser());
            }
        }
        Map<PresenceKey, PresenceState> found = PresenceTable.lock(connection, states.keySet());
        states.putAll(found);
        List<PresenceKey> fresh = coming(changes).stream()
                .filter(key -> !found.containsKey(key) && states.containsKey(key))
                .sorted()
                .toList();
        if (!fresh.isEmpty()) {
            PresenceTable.create(connection, fresh);
            states.putAll(PresenceTable.lock(connection, fresh));
        }
        return states;
    }

    private static Set<PresenceKey> coming(List<PresenceChange> changes) {
        return changes.stream()
                .filter(change -> change.getEvent().getOnline())
                .map(PresenceKey::of)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Those of the users of whom their apps want to be told. */
    private static Set<PresenceKey> meant(Connection connection, Collection<PresenceKey> keys, PresenceTags tags)
            throws SQLException {
        Map<String, List<PresenceKey>> byApp = keys.stream().collect(Collectors.groupingBy(PresenceKey::app));
        Set<PresenceKey> meant = new HashSet<>();
        for (Map.Entry<String, List<PresenceKey>> app : byApp.entrySet()) {
            Set<String> users = tags.meant(
                    connection,
                    app.getKey(),
                    app.getValue().stream().map(PresenceKey::user).toList());
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
        PresenceKey key = PresenceKey.of(app, user);
        Map<PresenceKey, PresenceState> found = PresenceTable.lock(connection, List.of(key));
        if (found.isEmpty()) {
            // A row to meet at: one who comes just now, and has not seen these tags, is met here or waits for them.
            PresenceTable.create(connection, List.of(key));
            found = PresenceTable.lock(connection, List.of(key));
        }
        tell(connection, found, nowMs);
    }

    /**
     * Tells of those of some apps who are online, meant, and of whom nobody was told: one page.
     *
     * @param apps whose filter has changed
     * @return where the next page begins; null: that was all
     */
    static PresenceTable.@Nullable Place tellUntold(
            Connection connection,
            PresenceTable.Place from,
            Set<String> apps,
            PresenceTags tags,
            int pageMax,
            long nowMs)
            throws SQLException {
        PresenceTable.UntoldPage page = PresenceTable.untold(connection, from, pageMax);
        List<PresenceKey> ofApps =
                page.keys().stream().filter(key -> apps.contains(key.app())).toList();
        tell(connection, PresenceTable.lock(connection, meant(connection, ofApps, tags)), nowMs);
        return page.next();
    }

    /** Tells of those who are online and of whom nobody was told. The rows are locked. */
    private static void tell(Connection connection, Map<PresenceKey, PresenceState> states, long nowMs)
            throws SQLException {
        Map<PresenceKey, PresenceState> told = new TreeMap<>();
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
        PresenceTable.write(connection, told, told.keySet());
        if (!events.isEmpty()) {
            UplinkTable.insert(connection, events, nowMs);
        }
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
}

package io.carillon.register.presence;

import io.carillon.contract.PresenceChange;
import io.carillon.contract.PresenceEvent;
import io.carillon.register.session.PresenceListener.Gone;
import java.util.ArrayDeque;
import java.util.Locale;

/** One user of whom something is not reported yet. Guarded by the tracker. */
final class TrackedUser {
    /** States that saver did not take yet, a user; beyond them the two oldest, a coming and a going, are dropped. */
    static final int UNSENT_MAX = 4;

    final PresenceKey key;
    /** Decided, the oldest first. */
    final ArrayDeque<PresenceChange> unsent = new ArrayDeque<>(2);

    /** Has no session, or saver says otherwise, and is to be looked at again at {@code lookNs}. */
    boolean leaving;
    /** saver did not take the last state, and has another. */
    volatile boolean refused;

    long lookNs;
    int looksInVain;
    /** Its place in the order of {@link Leavings}, where it is in there. */
    long orderedNs;

    boolean ordered;
    /** Stands in the line of {@link PresenceSender}. */
    boolean inLine;

    private String room = "";
    private Gone how = Gone.DISCONNECTED;
    private long leftMicros;
    /** What is decided next has to be above it. */
    long versionMin;

    TrackedUser(PresenceKey key) {
        this.key = key;
    }

    /** @param versionMin what the going has to be above */
    void leave(String from, long atMicros, long versionMin, Gone how, long lookNs) {
        leaving = true;
        refused = false;
        this.lookNs = lookNs;
        looksInVain = 0;
        room = from;
        leftMicros = atMicros;
        this.versionMin = versionMin;
        this.how = how;
    }

    /** When it left, by the wall clock; only of one that is leaving. */
    long leftMicros() {
        return leftMicros;
    }

    /** saver has another state, with this version. */
    void refuse(long version, long atMicros, long lookNs) {
        leaving = true;
        refused = true;
        this.lookNs = lookNs;
        looksInVain = 0;
        versionMin = version;
        leftMicros = leftMicros == 0 ? atMicros : leftMicros;
    }

    void decideOffline() {
        leaving = false;
        refused = false;
        long version = Math.max(leftMicros, versionMin + 1);
        decide(false, version, leftMicros / 1000, room, how.name().toLowerCase(Locale.ROOT));
    }

    /** @param version the session's, which is when it began */
    void decideOnline(String at, long version) {
        leaving = false;
        refused = false;
        decide(true, Math.max(version, versionMin + 1), version / 1000, at, "connected");
    }

    boolean lastIsOffline() {
        return !unsent.isEmpty() && !unsent.getLast().getEvent().getOnline();
    }

    private void decide(boolean online, long version, long atMs, String at, String reason) {
        if (!unsent.isEmpty() && unsent.getLast().getEvent().getOnline() == online) {
            unsent.removeLast();
        } else if (unsent.size() == UNSENT_MAX) {
            unsent.removeFirst();
            unsent.removeFirst();
        }
        unsent.add(PresenceChange.newBuilder()
                .setApp(key.app())
                .setUser(key.user())
                .setEvent(PresenceEvent.newBuilder()
                        .setOnline(online)
                        .setVersion(version)
                        .setAtMs(atMs)
                        .setRoom(at)
                        .setReason(reason))
                .build());
    }
}

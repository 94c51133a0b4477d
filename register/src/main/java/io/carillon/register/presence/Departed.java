package io.carillon.register.presence;

import io.carillon.register.session.PresenceListener.Gone;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When users left whose sessions were another register's, as rooms say who hand a bucket over. Of whom no room says
 * anything, the room that was lost last is held to have had him. Kept for two minutes, which is longer than a bucket takes
 * to become whole; beyond {@link #USERS_MAX} the first are forgotten. Not thread-safe: guarded by its owner.
 */
final class Departed {
    static final int USERS_MAX = 100_000;
    private static final long KEPT_NS = TimeUnit.MINUTES.toNanos(2);

    private final Map<PresenceKey, Departure> departures = new LinkedHashMap<>();
    private @Nullable Departure lastRoom;

    /** @param leftNs by the register's monotonic clock */
    record Departure(String room, Gone how, long leftNs, long heardNs) {}

    /** Of several the last counts. */
    void add(PresenceKey key, Departure departure) {
        Departure before = departures.remove(key);
        departures.put(key, before != null && before.leftNs - departure.leftNs > 0 ? before : departure);
        forget(departure.heardNs);
    }

    void addRoom(String room, long nowNs) {
        lastRoom = new Departure(room, Gone.ROOM_LOST, nowNs, nowNs);
    }

    private void forget(long nowNs) {
        var oldest = departures.values().iterator();
        while (oldest.hasNext()) {
            Departure next = oldest.next();
            if (departures.size() <= USERS_MAX && nowNs - next.heardNs <= KEPT_NS) {
                return;
            }
            oldest.remove();
        }
    }

    /** Null: nothing is known. */
    @Nullable
    Departure of(PresenceKey key, long nowNs) {
        forget(nowNs);
        Departure departure = departures.get(key);
        if (departure == null && lastRoom != null && nowNs - lastRoom.heardNs <= KEPT_NS) {
            return lastRoom;
        }
        return departure;
    }
}

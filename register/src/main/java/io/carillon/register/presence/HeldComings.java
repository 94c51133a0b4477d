package io.carillon.register.presence;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Comings to buckets that are not whole: each may have ended an absence that is to be told of, so nothing is decided of it
 * until all rooms have said who left, for {@link #HELD_NS} at most. One entry a tracked user, whatever he does meanwhile, so
 * the tracker's bound on users is the bound here. Not thread-safe: guarded by the tracker.
 */
final class HeldComings {
    static final long HELD_NS = 10_000_000_000L;

    /** The first held comes first. */
    private final Map<TrackedUser, HeldComing> comings = new LinkedHashMap<>();

    /**
     * @param room of the newest session
     * @param version of the newest session, in microseconds
     * @param sinceMicros the version of the oldest session that it was held for: that one ended the absence
     * @param untilNs when it is decided whatever is known, by the register's monotonic clock
     */
    record HeldComing(String room, long version, long sinceMicros, long untilNs) {}

    record Released(TrackedUser user, HeldComing coming) {}

    /** Of several comings the last is told of, and the first ended the absence; the time runs from the first. */
    void hold(TrackedUser user, String room, long version, long nowNs) {
        HeldComing before = comings.get(user);
        comings.put(
                user,
                before == null
                        ? new HeldComing(room, version, version, nowNs + HELD_NS)
                        : new HeldComing(room, version, Math.min(before.sinceMicros, version), before.untilNs));
    }

    boolean has(TrackedUser user) {
        return comings.containsKey(user);
    }

    /** No longer held. Null: it was not. */
    @Nullable
    HeldComing release(TrackedUser user) {
        return comings.remove(user);
    }

    /** No longer held: those whose bucket is whole by now, and those whose time is over. */
    List<Released> releaseDue(IntPredicate whole, long nowNs) {
        List<Released> due = new ArrayList<>();
        Iterator<Map.Entry<TrackedUser, HeldComing>> entries =
                comings.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<TrackedUser, HeldComing> next = entries.next();
            if (next.getValue().untilNs - nowNs <= 0
                    || whole.test(next.getKey().key.bucket())) {
                due.add(new Released(next.getKey(), next.getValue()));
                entries.remove();
            }
        }
        return due;
    }

    int size() {
        return comings.size();
    }
}

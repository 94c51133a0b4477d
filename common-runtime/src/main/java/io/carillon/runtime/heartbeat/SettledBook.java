package io.carillon.runtime.heartbeat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The intervals that clients settled at, by group: of each user the newest, of each group the newest users. The start
 * value of a group is a low percentile over its users, from a few users on, so that neither one client nor a few that
 * lie about the same network move it far; users are those that a token named. Not thread-safe.
 */
public final class SettledBook {
    private static final int USERS_FIRST = 4;

    private final LearningLimits limits;
    private final LinkedHashMap<Long, Group> groups = new LinkedHashMap<>(16, 0.75f, true);
    private long revision;

    private static final class Group {
        int[] users = new int[USERS_FIRST];
        short[] seconds = new short[USERS_FIRST];
        int size;
        int next;
        int start;
        long revision;
    }

    public SettledBook(LearningLimits limits) {
        this.limits = limits;
    }

    /**
     * Notes what a user settled at.
     *
     * @param user a hash of the user's name
     * @return whether the group's start value changed
     */
    public boolean note(long group, int user, int settledSeconds) {
        if (group == NetworkGroup.NONE || settledSeconds <= 0 || settledSeconds > Short.MAX_VALUE) {
            return false;
        }
        Group noted = groups.computeIfAbsent(group, any -> new Group());
        if (groups.size() > limits.groupsMax()) {
            groups.pollFirstEntry();
        }
        put(noted, user, (short) settledSeconds);
        int start = start(noted);
        if (start == noted.start) {
            return false;
        }
        noted.start = start;
        noted.revision = ++revision;
        return true;
    }

    private void put(Group group, int user, short seconds) {
        for (int i = 0; i < group.size; i++) {
            if (group.users[i] == user) {
                group.seconds[i] = seconds;
                return;
            }
        }
        if (group.size == group.users.length && group.size < limits.usersMax()) {
            int wider = Math.min(limits.usersMax(), group.size * 2);
            group.users = Arrays.copyOf(group.users, wider);
            group.seconds = Arrays.copyOf(group.seconds, wider);
        }
        int at = group.size < Math.min(group.users.length, limits.usersMax()) ? group.size++ : group.next;
        group.next = (at + 1) % limits.usersMax();
        group.users[at] = user;
        group.seconds[at] = seconds;
    }

    private int start(Group group) {
        if (group.size < limits.usersMin()) {
            return 0;
        }
        short[] sorted = Arrays.copyOf(group.seconds, group.size);
        Arrays.sort(sorted);
        return sorted[(int) ((long) (group.size - 1) * limits.percentile() / 100)];
    }

    /** Start values by group. */
    public Map<Long, Integer> starts() {
        Map<Long, Integer> starts = new HashMap<>();
        groups.forEach((group, noted) -> {
            if (noted.start > 0) {
                starts.put(group, noted.start);
            }
        });
        return starts;
    }

    /** Groups that are remembered. */
    public int size() {
        return groups.size();
    }

    /** A start value with the number of its change. */
    public record Change(long group, int seconds, long revision) {}

    /** What changed behind a revision, at most so much, the oldest first. */
    public List<Change> changesAfter(long after, int changesMax) {
        return groups.entrySet().stream()
                .filter(entry -> entry.getValue().revision > after)
                .map(entry -> new Change(entry.getKey(), entry.getValue().start, entry.getValue().revision))
                .sorted(Comparator.comparingLong(Change::revision))
                .limit(changesMax)
                .toList();
    }
}

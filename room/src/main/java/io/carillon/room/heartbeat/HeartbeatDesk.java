package io.carillon.room.heartbeat;

import io.carillon.contract.HeartbeatsRequest;
import io.carillon.contract.HeartbeatsResponse;
import io.carillon.runtime.heartbeat.LearningLimits;
import io.carillon.runtime.heartbeat.NetworkGroup;
import io.carillon.runtime.heartbeat.SettledBook;
import io.carillon.runtime.heartbeat.StartValues;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The start values of heartbeats, by group of clients: what this room's clients settled at, and above that what
 * dispatchers made of all rooms' clients.
 *
 * <p>Event loops only append to a ring and look up in an immutable table. The rest, {@link #refresh} and
 * {@link #exchange}, belongs to one thread. A dispatcher that stays away for longer than the ring holds misses reports.
 */
public final class HeartbeatDesk {
    static final int REPORTS_KEPT = 8_192;
    static final int REPORTS_AT_ONCE = 4_096;

    private final LearningLimits limits;
    private final SettledBook book;
    private final LinkedHashMap<Long, Integer> told = new LinkedHashMap<>(16, 0.75f, true);
    private final LongAdder reports = new LongAdder();
    private final LongAdder unproven = new LongAdder();
    private final long[] groups = new long[REPORTS_KEPT];
    private final int[] users = new int[REPORTS_KEPT];
    private final short[] seconds = new short[REPORTS_KEPT];
    private final Object ring = new Object();
    /** Reports since the start; guarded by {@code ring}, as what it counts. */
    private long last;

    private long noted;
    private boolean changed;
    private volatile StartValues starts = StartValues.EMPTY;

    public HeartbeatDesk(LearningLimits limits) {
        this.limits = limits;
        this.book = new SettledBook(limits);
    }

    /**
     * The interval to begin with. Any thread.
     *
     * @param kind of network, as CONNECT named it
     * @param address null: not known
     * @return seconds; 0: nothing is known
     */
    public int startSeconds(int kind, @Nullable InetAddress address) {
        StartValues now = starts;
        return address == null || now.size() == 0 ? 0 : now.seconds(NetworkGroup.of(kind, address.getAddress()));
    }

    /**
     * A client says what it settled at, at the end of a gap that shows it. Any thread.
     *
     * @param user a hash of the user's name
     * @param shown whether the room saw the connection live through such a gap
     */
    public void settled(int kind, @Nullable InetAddress address, int user, int settledSeconds, boolean shown) {
        if (!shown || settledSeconds > Short.MAX_VALUE) {
            unproven.increment();
            return;
        }
        long group = address == null ? NetworkGroup.NONE : NetworkGroup.of(kind, address.getAddress());
        if (group == NetworkGroup.NONE) {
            return;
        }
        reports.increment();
        synchronized (ring) {
            int at = (int) (last++ % REPORTS_KEPT);
            groups[at] = group;
            users[at] = user;
            seconds[at] = (short) settledSeconds;
        }
    }

    /** Makes a new table of what came since the last time. */
    public void refresh() {
        HeartbeatsResponse news = reportsAfter(noted, REPORTS_KEPT);
        noted = news.getLast();
        for (int i = 0; i < news.getGroupsCount(); i++) {
            changed |= book.note(news.getGroups(i), news.getUsers(i), news.getSettledSeconds(i));
        }
        if (changed) {
            changed = false;
            Map<Long, Integer> all = new HashMap<>(book.starts());
            all.putAll(told);
            starts = new StartValues(all);
        }
    }

    /** What a dispatcher has to tell, and wants to know. */
    public HeartbeatsResponse exchange(HeartbeatsRequest request) {
        int count = Math.min(request.getGroupsCount(), request.getStartSecondsCount());
        for (int i = 0; i < count; i++) {
            int start = request.getStartSeconds(i);
            if (start > 0 && start <= Short.MAX_VALUE) {
                told.put(request.getGroups(i), start);
            } else {
                told.remove(request.getGroups(i));
            }
            changed = true;
        }
        while (told.size() > limits.groupsMax()) {
            told.pollFirstEntry();
        }
        return reportsAfter(request.getAfter(), REPORTS_AT_ONCE);
    }

    private HeartbeatsResponse reportsAfter(long after, int reportsMax) {
        HeartbeatsResponse.Builder response = HeartbeatsResponse.newBuilder();
        synchronized (ring) {
            // A number of another life of this room begins anew.
            long from = Math.max(after > last ? 0 : after, last - REPORTS_KEPT);
            long to = Math.min(last, from + reportsMax);
            for (long number = from; number < to; number++) {
                int at = (int) (number % REPORTS_KEPT);
                response.addGroups(groups[at]).addUsers(users[at]).addSettledSeconds(seconds[at]);
            }
            return response.setLast(to).build();
        }
    }

    /** Groups of which a start value is known. */
    public int known() {
        return starts.size();
    }

    /** Reports taken since the start. */
    public long reports() {
        return reports.sum();
    }

    /** Reports not believed since the start. */
    public long unproven() {
        return unproven.sum();
    }
}

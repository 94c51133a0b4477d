package io.carillon.register.presence;

import io.carillon.register.session.Presence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * When users that are leaving are looked at next: when the grace is over, and while their bucket is not whole every second
 * from then on, {@link #LOOKS_IN_VAIN_MAX} times. After that they are left to the comparison that follows when the bucket is
 * whole again.
 *
 * <p>A user stands in the order once. One whose look was put off keeps the earlier place, and takes the later when it comes
 * up; one that came back leaves the order when it comes up. So the tracker's bound on users is the bound here, and a turn
 * has {@link #LOOKS_MAX}. Not thread-safe: guarded by the tracker.
 */
final class Leavings {
    static final int LOOKS_MAX = 10_000;
    static final long LOOK_AGAIN_NS = 1_000_000_000L;
    static final int LOOKS_IN_VAIN_MAX = 120;

    private final PriorityQueue<TrackedUser> order =
            new PriorityQueue<>(Comparator.comparingLong(user -> user.orderedNs));

    /** @param lookNs which look it is: one that was put off since is no longer meant */
    record Look(TrackedUser user, long lookNs) {}

    /** It is looked at when its {@link TrackedUser#lookNs} has come. */
    void add(TrackedUser user) {
        if (!user.ordered) {
            user.ordered = true;
            user.orderedNs = user.lookNs;
            order.add(user);
        }
    }

    /** @param onStayed of one that came up and is not leaving any more */
    List<Look> due(long nowNs, Consumer<TrackedUser> onStayed) {
        List<Look> due = new ArrayList<>();
        while (due.size() < LOOKS_MAX) {
            TrackedUser next = order.peek();
            if (next == null || next.orderedNs - nowNs > 0) {
                break;
            }
            order.remove();
            next.ordered = false;
            if (!next.leaving) {
                onStayed.accept(next);
            } else if (next.lookNs - nowNs > 0) {
                add(next);
            } else {
                due.add(new Look(next, next.lookNs));
            }
        }
        return due;
    }

    /** True where something was decided that is to be sent. What came or went since the look was due makes it void. */
    boolean decide(Look look, Presence presence, long nowNs) {
        TrackedUser user = look.user;
        if (!user.leaving || user.lookNs != look.lookNs) {
            return false;
        }
        return switch (presence) {
            case Presence.Offline offline -> {
                user.decideOffline();
                yield true;
            }
            case Presence.Online online -> {
                boolean refused = user.refused;
                user.leaving = false;
                if (refused) {
                    user.decideOnline(online.room().room(), online.version());
                }
                yield refused;
            }
            case Presence.Unknown unknown -> {
                lookAgain(user, nowNs);
                yield false;
            }
        };
    }

    private void lookAgain(TrackedUser user, long nowNs) {
        user.looksInVain++;
        user.leaving = user.looksInVain < LOOKS_IN_VAIN_MAX;
        if (user.leaving) {
            user.lookNs = nowNs + LOOK_AGAIN_NS;
            add(user);
        }
    }
}

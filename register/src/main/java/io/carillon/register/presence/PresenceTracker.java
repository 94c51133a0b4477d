package io.carillon.register.presence;

import io.carillon.contract.PresenceChange;
import io.carillon.contract.PresencePutRequest;
import io.carillon.contract.PresencePutResponse;
import io.carillon.contract.PresenceRow;
import io.carillon.register.session.BucketSet;
import io.carillon.register.session.Presence;
import io.carillon.register.session.PresenceListener;
import io.carillon.register.session.RegisterClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who of the apps that want presence came or went and was not reported yet.
 *
 * <p><b>Steps.</b> A coming to a whole bucket is decided at once and sent with the next {@link #tick}. A going is decided when the grace is
 * over and the user still has no session, from a whole bucket; while the bucket is not whole it is looked at again every
 * second, for {@link #LOOKS_IN_VAIN_MAX} times, and then left to the comparison that follows when the bucket is whole
 * again. What is decided is sent to saver until it is taken, a user's in order, one batch at a time.
 *
 * <p><b>Versions.</b> A coming has its session's version, a going the time at which the session went, or one more than the
 * session's. saver refuses what is not above the last reported, so a report of a register that is behind harms nothing.
 * Where saver refuses ours and says another state, clocks differ or we are the one behind: after a pause, in which we hear
 * of it where the bucket is another's by now, the truth is told from a whole bucket, above saver's version.
 *
 * <p><b>Bounds.</b> So many users; beyond them the bucket is compared again later ({@link #takeOverflowed}). Four states a
 * user ({@link TrackedUser}).
 *
 * <p><b>Another's users.</b> Of a bucket that was another register's, rooms say who left in the last minute, so that an
 * absence which began there has no longer grace than others ({@link Departed}). A coming to a bucket that is not whole is
 * held until all rooms have said so, for ten seconds at most: it may have ended an absence that is to be told of.
 *
 * <p>Thread-safe: guarded by {@code this}, which is taken inside a bucket's monitor; so nothing that takes a bucket's is
 * called under it.
 */
public final class PresenceTracker implements PresenceListener {
    static final int BATCH_MAX = 500;
    static final int LOOKS_MAX = 10_000;
    static final long LOOK_AGAIN_NS = 1_000_000_000L;
    static final long RECONSIDER_NS = 5_000_000_000L;
    static final int LOOKS_IN_VAIN_MAX = 120;
    static final long HELD_NS = 10_000_000_000L;
    static final long RETRY_MIN_NS = 100_000_000L;
    static final long RETRY_MAX_NS = 2_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(PresenceTracker.class);

    private final BiFunction<String, String, Presence> lookup;
    private final IntPredicate whole;
    private final PresenceStore store;
    private final RegisterClock clock;
    private final long graceNs;
    private final long graceMicros;
    private final int usersMax;
    private volatile Set<String> apps = Set.of();

    // Guarded by this.
    private final Map<PresenceKey, TrackedUser> users = new HashMap<>();
    private final PriorityQueue<TrackedUser> looks =
            new PriorityQueue<>(Comparator.comparingLong(user -> user.orderedNs));
    private final ArrayDeque<TrackedUser> line = new ArrayDeque<>();
    private final ArrayDeque<TrackedUser> held = new ArrayDeque<>();
    private final Departed departed = new Departed();
    private BucketSet overflowed = BucketSet.none();
    private boolean sending;
    private int failures;
    private long retryNs;

    private record Sent(TrackedUser user, PresenceChange change) {}

    private record Look(TrackedUser user, long lookNs) {}

    /**
     * @param lookup of an (app, user); takes a bucket's monitor
     * @param whole whether all of a bucket's sessions are known here
     */
    public PresenceTracker(
            BiFunction<String, String, Presence> lookup,
            IntPredicate whole,
            PresenceStore store,
            RegisterClock clock,
            Duration grace,
            int usersMax) {
        this.lookup = lookup;
        this.whole = whole;
        this.store = store;
        this.clock = clock;
        this.graceNs = grace.toNanos();
        this.graceMicros = TimeUnit.NANOSECONDS.toMicros(graceNs);
        this.usersMax = usersMax;
        this.retryNs = clock.nanos();
    }

    /** The apps that want presence from now on. True where there is one that did not before. */
    public boolean want(Set<String> wanted) {
        boolean more = !apps.containsAll(wanted);
        apps = wanted;
        return more;
    }

    boolean wantsAny() {
        return !apps.isEmpty();
    }

    @Override
    public boolean wants(String app) {
        return apps.contains(app);
    }

    @Override
    public synchronized void onOnline(String app, String user, String room, long version) {
        TrackedUser tracked = track(new PresenceKey(app, user));
        if (tracked == null) {
            return;
        }
        boolean decided = whole.test(tracked.key.bucket());
        if (decided && !tracked.held) {
            decideComing(tracked, room, version, version);
            return;
        }
        if (!tracked.held) {
            held.add(tracked);
        }
        tracked.hold(room, version, clock.nanos() + HELD_NS);
        if (decided) {
            decideHeld(tracked);
        }
    }

    /** An absence that was over before anybody looked is told of as well, where it was longer than the grace. */
    private void decideComing(TrackedUser user, String room, long version, long since) {
        if (user.leaving && !user.refused && user.leftMicros() + graceMicros <= since) {
            user.decideOffline();
        }
        user.versionMin = 0;
        user.decideOnline(room, version);
        standInLine(user);
    }

    private void decideHeld(TrackedUser user) {
        user.held = false;
        long nowNs = clock.nanos();
        Departed.Departure departure = user.leaving ? null : departed.of(user.key, nowNs);
        if (departure != null && !user.lastIsOffline()) {
            // saver takes it only where it is above the last reported: where that was before the absence.
            user.leave(departure.room(), micros(departure.leftNs()), 0, departure.how(), nowNs);
        }
        decideComing(user, user.heldRoom, user.heldVersion, user.heldSince);
    }

    private synchronized void decideAllHeld() {
        long nowNs = clock.nanos();
        for (int i = held.size(); i > 0; i--) {
            TrackedUser user = held.remove();
            if (user.held && !whole.test(user.key.bucket()) && user.heldUntilNs - nowNs > 0) {
                held.add(user);
            } else if (user.held) {
                decideHeld(user);
            }
        }
    }

    private long micros(long ns) {
        return clock.micros() - TimeUnit.NANOSECONDS.toMicros(clock.nanos() - ns);
    }

    @Override
    public synchronized void onGone(String app, String user, String room, long version, Gone how) {
        TrackedUser tracked = track(new PresenceKey(app, user));
        if (tracked != null) {
            if (tracked.held) {
                decideHeld(tracked);
            }
            tracked.leave(room, clock.micros(), version, how, clock.nanos() + graceNs);
            order(tracked);
        }
    }

    @Override
    public synchronized void onDeparted(String app, String user, String room, long agoMs) {
        if (wants(app)) {
            long nowNs = clock.nanos();
            long leftNs = nowNs - TimeUnit.MILLISECONDS.toNanos(agoMs);
            departed.add(new PresenceKey(app, user), new Departed.Departure(room, Gone.DISCONNECTED, leftNs, nowNs));
        }
    }

    /** A room's life is over. */
    public synchronized void onRoomLost(String room) {
        departed.addRoom(room, clock.nanos());
    }

    /** Reported online with this version, and without a session here. */
    synchronized void onMissing(String app, String user, long version) {
        PresenceKey key = new PresenceKey(app, user);
        TrackedUser tracked = track(key);
        if (tracked != null && !tracked.leaving && !tracked.held && !tracked.lastIsOffline()) {
            long nowNs = clock.nanos();
            Departed.Departure departure = departed.of(key, nowNs);
            long leftMicros = departure == null ? 0 : micros(departure.leftNs());
            // One that came back since, and was reported, left another time.
            if (departure != null && leftMicros > version) {
                tracked.leave(departure.room(), leftMicros, version, departure.how(), departure.leftNs() + graceNs);
            } else {
                tracked.leave("", clock.micros(), version, Gone.NOT_FOUND, nowNs + graceNs);
            }
            order(tracked);
        }
    }

    /** Buckets of users that there was no place for, since this was asked before. */
    synchronized BucketSet takeOverflowed() {
        if (users.size() > usersMax / 2) {
            return BucketSet.none();
        }
        BucketSet taken = overflowed;
        overflowed = BucketSet.none();
        return taken;
    }

    /** Users with something that is not reported. */
    public synchronized int users() {
        return users.size();
    }

    /** Decides what is due and sends what is decided; to be called every few tens of milliseconds. */
    public void tick() {
        decideAllHeld();
        for (Look look : dueLooks()) {
            decide(look, presence(look.user));
        }
        send();
    }

    /** A session that is left over in a bucket of another is no evidence that its user is online. */
    private Presence presence(TrackedUser user) {
        return user.refused && !whole.test(user.key.bucket())
                ? Presence.UNKNOWN
                : lookup.apply(user.key.app(), user.key.user());
    }

    private synchronized List<Look> dueLooks() {
        long now = clock.nanos();
        List<Look> due = new ArrayList<>();
        while (due.size() < LOOKS_MAX) {
            TrackedUser next = looks.peek();
            if (next == null || next.orderedNs - now > 0) {
                break;
            }
            looks.remove();
            next.ordered = false;
            if (!next.leaving) {
                forgetIfDone(next);
            } else if (next.lookNs - now > 0) {
                order(next);
            } else {
                due.add(new Look(next, next.lookNs));
            }
        }
        return due;
    }

    private synchronized void decide(Look look, Presence presence) {
        TrackedUser user = look.user;
        if (!user.leaving || user.lookNs != look.lookNs) {
            return;
        }
        switch (presence) {
            case Presence.Offline offline -> {
                user.decideOffline();
                standInLine(user);
            }
            case Presence.Online online -> {
                user.leaving = false;
                if (user.refused) {
                    user.decideOnline(online.room().room(), online.version());
                    standInLine(user);
                }
            }
            case Presence.Unknown unknown -> {
                user.looksInVain++;
                user.leaving = user.looksInVain < LOOKS_IN_VAIN_MAX;
                if (user.leaving) {
                    user.lookNs = clock.nanos() + LOOK_AGAIN_NS;
                    order(user);
                }
            }
        }
        forgetIfDone(user);
    }

    private void send() {
        List<Sent> batch = nextBatch();
        if (batch.isEmpty()) {
            return;
        }
        PresencePutRequest.Builder request = PresencePutRequest.newBuilder();
        batch.forEach(sent -> request.addChanges(sent.change));
        store.put(request.build()).whenComplete((response, failure) -> onAnswer(batch, response, failure));
    }

    private synchronized List<Sent> nextBatch() {
        List<Sent> batch = new ArrayList<>();
        if (sending || retryNs - clock.nanos() > 0) {
            return batch;
        }
        while (batch.size() < BATCH_MAX && !line.isEmpty()) {
            TrackedUser user = line.remove();
            user.inLine = false;
            user.unsent.forEach(change -> batch.add(new Sent(user, change)));
        }
        sending = !batch.isEmpty();
        return batch;
    }

    private void onAnswer(List<Sent> batch, @Nullable PresencePutResponse response, @Nullable Throwable failure) {
        if (response == null || response.getRowsCount() != batch.size()) {
            onFailed(batch, failure == null ? "another number of rows" : failure.toString());
            return;
        }
        settle(batch, response.getRowsList());
        send();
    }

    private synchronized void onFailed(List<Sent> batch, String reason) {
        sending = false;
        long pauseNs = Math.min(RETRY_MAX_NS, RETRY_MIN_NS << Math.min(failures, 10));
        if (failures++ == 0) {
            log.warn("presence not taken, it is sent again users={} error=\"{}\"", batch.size(), reason);
        }
        retryNs = clock.nanos() + pauseNs;
        batch.forEach(sent -> standInLine(sent.user));
    }

    /** Takes out what was taken. Whose last state saver has otherwise is looked at again. */
    private synchronized void settle(List<Sent> batch, List<PresenceRow> rows) {
        sending = false;
        failures = 0;
        for (int i = 0; i < batch.size(); i++) {
            TrackedUser user = batch.get(i).user;
            PresenceChange change = batch.get(i).change;
            user.unsent.remove(change);
            boolean other = rows.get(i).getOnline() != change.getEvent().getOnline();
            if (other && user.unsent.isEmpty() && !user.leaving) {
                user.refuse(rows.get(i).getVersion(), clock.micros(), clock.nanos() + RECONSIDER_NS);
                order(user);
            }
            forgetIfDone(user);
        }
    }

    private @Nullable TrackedUser track(PresenceKey key) {
        TrackedUser tracked = users.get(key);
        if (tracked == null && users.size() >= usersMax) {
            overflowed.add(key.bucket());
            return null;
        }
        return tracked != null ? tracked : users.computeIfAbsent(key, TrackedUser::new);
    }

    private void forgetIfDone(TrackedUser user) {
        if (!user.leaving && !user.held && user.unsent.isEmpty() && !user.ordered) {
            users.remove(user.key, user);
        }
    }

    private void standInLine(TrackedUser user) {
        if (!user.inLine && !user.unsent.isEmpty()) {
            user.inLine = true;
            line.add(user);
        }
    }

    private void order(TrackedUser user) {
        if (!user.ordered) {
            user.ordered = true;
            user.orderedNs = user.lookNs;
            looks.add(user);
        }
    }
}

package io.carillon.register.presence;

import io.carillon.contract.PresenceChange;
import io.carillon.contract.PresenceRow;
import io.carillon.register.session.BucketSet;
import io.carillon.register.session.Presence;
import io.carillon.register.session.PresenceListener;
import io.carillon.register.session.RegisterClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Who of the apps that want presence came or went and was not reported yet: decides what is told of each.
 *
 * <p><b>Steps.</b> A coming to a whole bucket is decided at once; one to another is held until it is ({@link HeldComings}). A
 * going is decided when the grace is over and the user still has no session, from a whole bucket ({@link Leavings}). What is
 * decided is sent to saver until it is taken ({@link PresenceSender}).
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
 * absence which began there has no longer grace than others ({@link Departed}).
 *
 * <p>Thread-safe: guarded by {@code this}, which is taken inside a bucket's monitor; so nothing that takes a bucket's is
 * called under it.
 */
public final class PresenceTracker implements PresenceListener {
    static final long RECONSIDER_NS = 5_000_000_000L;

    private final BiFunction<String, String, Presence> lookup;
    private final IntPredicate whole;
    private final RegisterClock clock;
    private final long graceNs;
    private final long graceMicros;
    private final int usersMax;
    private volatile Set<String> apps = Set.of();

    // Guarded by this.
    private final Map<PresenceKey, TrackedUser> users = new HashMap<>();
    private final HeldComings held = new HeldComings();
    private final Leavings leavings = new Leavings();
    private final Departed departed = new Departed();
    private BucketSet overflowed = BucketSet.none();

    private final PresenceSender sender;

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
        this.clock = clock;
        this.graceNs = grace.toNanos();
        this.graceMicros = TimeUnit.NANOSECONDS.toMicros(graceNs);
        this.usersMax = usersMax;
        this.sender = new PresenceSender(store, clock, this, this::onAnswered);
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
        if (decided && !held.has(tracked)) {
            decideComing(tracked, room, version, version);
            return;
        }
        held.hold(tracked, room, version, clock.nanos());
        if (decided) {
            decideHeld(tracked);
        }
    }

    /**
     * An absence that was over before anybody looked is told of as well, where it was longer than the grace.
     *
     * @param sinceMicros when it was over
     */
    private void decideComing(TrackedUser user, String room, long version, long sinceMicros) {
        if (user.leaving && !user.refused && user.leftMicros() + graceMicros <= sinceMicros) {
            user.decideOffline();
        }
        user.versionMin = 0;
        user.decideOnline(room, version);
        sender.add(user);
    }

    /** Where a coming of the user is held. */
    private void decideHeld(TrackedUser user) {
        HeldComings.HeldComing coming = held.release(user);
        if (coming != null) {
            decideHeld(user, coming);
        }
    }

    private void decideHeld(TrackedUser user, HeldComings.HeldComing coming) {
        long nowNs = clock.nanos();
        Departed.Departure departure = user.leaving ? null : departed.of(user.key, nowNs);
        if (departure != null && !user.lastIsOffline()) {
            // saver takes it only where it is above the last reported: where that was before the absence.
            user.leave(departure.room(), micros(departure.leftNs()), 0, departure.how(), nowNs);
        }
        decideComing(user, coming.room(), coming.version(), coming.sinceMicros());
    }

    private synchronized void decideDueHeld() {
        held.releaseDue(whole, clock.nanos()).forEach(released -> decideHeld(released.user(), released.coming()));
    }

    private long micros(long ns) {
        return clock.micros() - TimeUnit.NANOSECONDS.toMicros(clock.nanos() - ns);
    }

    @Override
    public synchronized void onGone(String app, String user, String room, long version, Gone how) {
        TrackedUser tracked = track(new PresenceKey(app, user));
        if (tracked != null) {
            decideHeld(tracked);
            tracked.leave(room, clock.micros(), version, how, clock.nanos() + graceNs);
            leavings.add(tracked);
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
        if (tracked != null && !tracked.leaving && !held.has(tracked) && !tracked.lastIsOffline()) {
            long nowNs = clock.nanos();
            Departed.Departure departure = departed.of(key, nowNs);
            long leftMicros = departure == null ? 0 : micros(departure.leftNs());
            // One that came back since, and was reported, left another time.
            if (departure != null && leftMicros > version) {
                tracked.leave(departure.room(), leftMicros, version, departure.how(), departure.leftNs() + graceNs);
            } else {
                tracked.leave("", clock.micros(), version, Gone.NOT_FOUND, nowNs + graceNs);
            }
            leavings.add(tracked);
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

    /** Users of whom a coming is held. */
    synchronized int held() {
        return held.size();
    }

    /** Decides what is due and sends what is decided; to be called every few tens of milliseconds. */
    public void tick() {
        decideDueHeld();
        for (Leavings.Look look : dueLooks()) {
            decide(look, presence(look.user()));
        }
        sender.send();
    }

    /** A session that is left over in a bucket of another is no evidence that its user is online. */
    private Presence presence(TrackedUser user) {
        return user.refused && !whole.test(user.key.bucket())
                ? Presence.UNKNOWN
                : lookup.apply(user.key.app(), user.key.user());
    }

    private synchronized List<Leavings.Look> dueLooks() {
        return leavings.due(clock.nanos(), this::forgetIfDone);
    }

    private synchronized void decide(Leavings.Look look, Presence presence) {
        if (leavings.decide(look, presence, clock.nanos())) {
            sender.add(look.user());
        }
        forgetIfDone(look.user());
    }

    /** Whose last state saver has otherwise is looked at again. */
    private void onAnswered(TrackedUser user, PresenceChange change, PresenceRow row) {
        boolean other = row.getOnline() != change.getEvent().getOnline();
        if (other && user.unsent.isEmpty() && !user.leaving) {
            user.refuse(row.getVersion(), clock.micros(), clock.nanos() + RECONSIDER_NS);
            leavings.add(user);
        }
        forgetIfDone(user);
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
        if (!user.leaving && !user.ordered && user.unsent.isEmpty() && !held.has(user)) {
            users.remove(user.key, user);
        }
    }
}

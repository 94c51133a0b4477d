package io.carillon.register.session;

import io.carillon.register.table.AppNames;
import io.carillon.register.table.SessionTable;
import io.carillon.runtime.bucket.Buckets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;

/**
 * The sessions of all buckets, at most one for an (app, user).
 *
 * <p>Each bucket is guarded by its table's monitor, held for one entry's work, or for a walk of one bucket in
 * {@link #compare} and {@link #takeOut}; no two buckets are ever held together. A {@link RoomLife}'s elements of a bucket
 * are guarded by that bucket too. Nothing is awaited under a monitor, so event loops may call this.
 *
 * <p><b>Versions.</b> A login's version is this process's clock less the login's age, in microseconds: the newest login
 * wins whatever the rooms' clocks say. Of two at the same microsecond the higher connection id wins, and then the higher
 * room name, so that every order of arrival ends the same. The same connection reported again keeps its version. A
 * winner's version is above the one it replaces.
 *
 * <p><b>Lives.</b> An entry of a life that is over counts as absent from that moment ({@link RoomLife#over}), although it
 * is taken out later, bucket by bucket. An insert checks the flag under the bucket's monitor, so none slips in behind the
 * walk that takes them out.
 *
 * <p><b>Agreement.</b> A room says for each bucket how many sessions it has there and the XOR of their hashes. Where that
 * is not what we hold, the room is asked to send the bucket again and our entries of it get a mark, which a registration
 * takes off; what still carries it at the next difference was gone in the room, and goes. A bucket that agreed before and
 * changed within the last second gets {@link #DIFFERENCE_PATIENCE_MS} until it counts as different, since a report and
 * the registrations around it overtake each other.
 *
 * <p><b>Misses.</b> A miss is "offline" only if the bucket was whole before the table was searched and is after it:
 * what makes a bucket not whole is published before its entries go.
 */
public final class Sessions {
    static final int QUIET_MS = 1_000;
    static final int DIFFERENCE_PATIENCE_MS = 2_000;
    /** A bucket that no room claimed and none used for so long is emptied: it is owned elsewhere. */
    static final int UNCLAIMED_MS = 600_000;

    private final SessionTable[] tables = new SessionTable[Buckets.COUNT];
    /** When a room last claimed the bucket for us or registered in it; guarded by the bucket. */
    private final int[] usedMs = new int[Buckets.COUNT];

    private final AppNames apps = new AppNames();
    private final AtomicInteger size = new AtomicInteger();
    private final LongAdder replaced = new LongAdder();
    private final int sessionsMax;
    private final RegisterClock clock;
    private final long startNs;
    private final ReplacedListener replacedListener;
    private final Roster roster;
    private final PresenceListener presence;
    private volatile boolean stopping;

    /** @param sessionsMax beyond so many, new users are refused */
    public Sessions(
            int sessionsMax,
            RegisterClock clock,
            Roster roster,
            ReplacedListener replacedListener,
            PresenceListener presence) {
        this.sessionsMax = sessionsMax;
        this.clock = clock;
        this.startNs = clock.nanos();
        this.roster = roster;
        this.replacedListener = replacedListener;
        this.presence = presence;
        for (int i = 0; i < tables.length; i++) {
            tables[i] = new SessionTable();
        }
    }

    /** Takes a login in, unless a newer one stands. */
    public Registration register(RoomLife room, Login login) {
        int app = apps.intern(login.app());
        if (stopping || app < 0) {
            return Registration.REFUSED;
        }
        SessionKey key = new SessionKey(app, login.app(), login.user());
        SessionTable table = tables[key.bucket];
        synchronized (table) {
            if (room.over) {
                return Registration.REFUSED;
            }
            usedMs[key.bucket] = nowMs();
            int at = table.find(key.hash, app, key.user);
            RoomLife holder = at == SessionTable.NONE ? null : roster.life(table.room(at));
            if (holder != null) {
                return contest(table, at, holder, key, room, login);
            }
            if (at != SessionTable.NONE) {
                removeAt(table, at);
            }
            return insert(table, key, room, login, versionOf(login));
        }
    }

    /** Takes a session out, if it is exactly this connection's. */
    public void unregister(RoomLife room, String appName, String userName, long connectionId) {
        int app = apps.find(appName);
        if (app < 0) {
            return;
        }
        SessionKey key = new SessionKey(app, appName, userName);
        SessionTable table = tables[key.bucket];
        synchronized (table) {
            int at = table.find(key.hash, app, key.user);
            if (at != SessionTable.NONE
                    && table.room(at) == room.number
                    && table.connectionId(at) == connectionId
                    && !room.over) {
                room.removed(key.bucket, Buckets.sessionHash(appName, userName, connectionId), nowMs());
                tellGone(table, at, room, PresenceListener.Gone.DISCONNECTED);
                removeAt(table, at);
                table.trim();
            }
        }
    }

    public Presence lookup(String appName, String userName) {
        int app = apps.find(appName);
        SessionKey key = new SessionKey(app, appName, userName);
        boolean wholeBefore = roster.whole(key.bucket);
        SessionTable table = tables[key.bucket];
        synchronized (table) {
            int at = app < 0 ? SessionTable.NONE : table.find(key.hash, app, key.user);
            RoomLife room = at == SessionTable.NONE ? null : roster.life(table.room(at));
            if (room != null) {
                Network network = Network.ofStored(table.network(at));
                return new Presence.Online(room, table.connectionId(at), table.version(at), network);
            }
        }
        return wholeBefore && roster.whole(key.bucket) ? Presence.OFFLINE : Presence.UNKNOWN;
    }

    /**
     * Takes a room's report: the buckets that it holds us to own and has sent whole, and what it has in them. One report
     * of a life at a time counts; the work is a walk over all buckets, so no event loop calls this.
     *
     * @return the buckets that differ, to be sent again whole
     */
    public List<Integer> compare(RoomLife room, BucketSet sent, BucketDigests digests) {
        List<Integer> again = new ArrayList<>();
        BucketSet agreed = BucketSet.none();
        synchronized (room) {
            for (int bucket = 0; bucket < tables.length; bucket++) {
                synchronized (tables[bucket]) {
                    compareBucket(room, bucket, sent.has(bucket), digests, agreed, again);
                }
            }
            roster.onReport(room, agreed);
        }
        return again;
    }

    /** Takes the entries of a life that is over out and gives its number back. A walk over everything. */
    public void takeOut(RoomLife room) {
        for (SessionTable table : tables) {
            synchronized (table) {
                for (int at = table.next(SessionTable.NONE); at != SessionTable.NONE; ) {
                    if (table.room(at) == room.number) {
                        tellGone(table, at, room, PresenceListener.Gone.ROOM_LOST);
                        at = removeAndStay(table, at);
                    } else {
                        at = table.next(at);
                    }
                }
                table.trim();
            }
        }
        roster.release(room);
    }

    /** Empties buckets that have been owned elsewhere for long; to be called every minute or so. */
    public void dropUnclaimed() {
        List<RoomLife> lives = roster.lives();
        for (int bucket = 0; bucket < tables.length; bucket++) {
            SessionTable table = tables[bucket];
            synchronized (table) {
                if (table.size() == 0 || nowMs() - usedMs[bucket] < UNCLAIMED_MS) {
                    continue;
                }
                size.addAndGet(-table.size());
                table.clear();
                for (RoomLife life : lives) {
                    life.counts[bucket] = 0;
                    life.hashes[bucket] = 0;
                    life.marked[bucket] = false;
                }
            }
        }
    }

    /** From now on nothing is taken in. */
    public void stop() {
        stopping = true;
    }

    /** Entries, including those of ended lives that are not taken out yet. */
    public int size() {
        return size.get();
    }

    /** Logins that replaced a standing one, since the start. */
    public long replacedCount() {
        return replaced.sum();
    }

    /** Bytes in the tables' arrays; a walk over all buckets. */
    public long bytes() {
        long bytes = 0;
        for (SessionTable table : tables) {
            synchronized (table) {
                bytes += table.bytes();
            }
        }
        return bytes;
    }

    private Registration contest(
            SessionTable table, int at, RoomLife holder, SessionKey key, RoomLife room, Login login) {
        long standing = table.version(at);
        long standingId = table.connectionId(at);
        if (holder == room && standingId == login.connectionId()) {
            table.mark(at, false);
            return new Registration.Stands(standing);
        }
        long version = versionOf(login);
        if (!wins(version, room, login.connectionId(), standing, holder, standingId)) {
            return new Registration.Superseded(standing, table.device(at));
        }
        byte[] device = utf8(login.deviceId());
        boolean moved = device.length > 0 && table.deviceIs(at, device);
        holder.removed(key.bucket, Buckets.sessionHash(login.app(), login.user(), standingId), nowMs());
        table.remove(at);
        long winning = Math.max(version, standing + 1);
        write(table, key, room, login, winning);
        replaced.increment();
        replacedListener.onReplaced(holder, login.app(), login.user(), standingId, login.deviceId(), moved);
        return new Registration.Stands(winning);
    }

    private static boolean wins(
            long version, RoomLife room, long connectionId, long standing, RoomLife holder, long standingId) {
        if (version != standing) {
            return version > standing;
        }
        int byId = Long.compareUnsigned(connectionId, standingId);
        return byId != 0 ? byId > 0 : room.room.compareTo(holder.room) > 0;
    }

    private Registration insert(SessionTable table, SessionKey key, RoomLife room, Login login, long version) {
        if (size.incrementAndGet() > sessionsMax) {
            size.decrementAndGet();
            return Registration.REFUSED;
        }
        write(table, key, room, login, version);
        if (presence.wants(login.app())) {
            presence.onOnline(login.app(), login.user(), room.room, version);
        }
        return new Registration.Stands(version);
    }

    private void tellGone(SessionTable table, int at, RoomLife room, PresenceListener.Gone how) {
        String app = apps.name(table.app(at));
        if (presence.wants(app)) {
            presence.onGone(app, table.user(at), room.room, table.version(at), how);
        }
    }

    /** Tells again of the bucket's sessions that are not known to have been reported. */
    public void tellOnline(int bucket, BiPredicate<String, String> reported) {
        SessionTable table = tables[bucket];
        synchronized (table) {
            for (int at = table.next(SessionTable.NONE); at != SessionTable.NONE; at = table.next(at)) {
                String app = apps.name(table.app(at));
                RoomLife room = presence.wants(app) ? roster.life(table.room(at)) : null;
                if (room != null && !reported.test(app, table.user(at))) {
                    presence.onOnline(app, table.user(at), room.room, table.version(at));
                }
            }
        }
    }

    private void write(SessionTable table, SessionKey key, RoomLife room, Login login, long version) {
        table.insert(
                key.hash,
                key.app,
                key.user,
                room.number,
                login.connectionId(),
                version,
                login.network().stored(),
                utf8(login.deviceId()));
        room.added(key.bucket, Buckets.sessionHash(login.app(), login.user(), login.connectionId()), nowMs());
    }

    private void compareBucket(
            RoomLife room, int bucket, boolean sent, BucketDigests theirs, BucketSet agreed, List<Integer> again) {
        if (!sent) {
            room.agreed[bucket] = false;
            room.differsSinceMs[bucket] = 0;
            return;
        }
        int now = nowMs();
        usedMs[bucket] = now;
        if (!same(room, bucket, theirs) && room.marked[bucket]) {
            takeOutMarked(room, bucket);
        }
        if (same(room, bucket, theirs)) {
            room.agreed[bucket] = true;
            room.differsSinceMs[bucket] = 0;
            agreed.add(bucket);
        } else if (room.agreed[bucket] && mayBeUnderWay(room, bucket, now)) {
            agreed.add(bucket);
        } else {
            room.agreed[bucket] = false;
            room.differsSinceMs[bucket] = 0;
            markAll(room, bucket);
            again.add(bucket);
        }
    }

    private boolean mayBeUnderWay(RoomLife room, int bucket, int now) {
        if (now - room.changedMs[bucket] >= QUIET_MS) {
            return false;
        }
        if (room.differsSinceMs[bucket] == 0) {
            room.differsSinceMs[bucket] = now;
        }
        return now - room.differsSinceMs[bucket] < DIFFERENCE_PATIENCE_MS;
    }

    private static boolean same(RoomLife room, int bucket, BucketDigests theirs) {
        return room.counts[bucket] == theirs.counts[bucket] && room.hashes[bucket] == theirs.hashes[bucket];
    }

    private void markAll(RoomLife room, int bucket) {
        room.marked[bucket] = room.counts[bucket] > 0;
        if (!room.marked[bucket]) {
            return;
        }
        SessionTable table = tables[bucket];
        for (int at = table.next(SessionTable.NONE); at != SessionTable.NONE; at = table.next(at)) {
            if (table.room(at) == room.number) {
                table.mark(at, true);
            }
        }
    }

    private void takeOutMarked(RoomLife room, int bucket) {
        room.marked[bucket] = false;
        SessionTable table = tables[bucket];
        for (int at = table.next(SessionTable.NONE); at != SessionTable.NONE; ) {
            if (table.room(at) == room.number && table.marked(at)) {
                long hash = Buckets.sessionHash(apps.name(table.app(at)), table.user(at), table.connectionId(at));
                room.removed(bucket, hash, room.changedMs[bucket]);
                tellGone(table, at, room, PresenceListener.Gone.DISCONNECTED);
                at = removeAndStay(table, at);
            } else {
                at = table.next(at);
            }
        }
        table.trim();
    }

    /** Removal moves a follower into the gap: the same position is looked at again. */
    private int removeAndStay(SessionTable table, int at) {
        removeAt(table, at);
        return table.next(at - 1);
    }

    private void removeAt(SessionTable table, int at) {
        table.remove(at);
        size.decrementAndGet();
    }

    private long versionOf(Login login) {
        return clock.micros() - login.ageMs() * 1000;
    }

    /** Wraps after 49 days: only differences count. Never 0 in practice, which stands for "not". */
    private int nowMs() {
        return (int) ((clock.nanos() - startNs) / 1_000_000) + 1;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** For tests and metrics: a bucket's sessions of one life. */
    int count(RoomLife room, int bucket) {
        synchronized (tables[bucket]) {
            return room.counts[bucket];
        }
    }
}

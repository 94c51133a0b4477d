package io.carillon.register.session;

import io.carillon.register.table.SessionTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which rooms there are, in which life, and in which buckets all of them said that they sent everything.
 *
 * <p>A room has a seat while it is listed, which is while discovery or our own connection has it, and while it talks to
 * us. The seat holds the life whose entries count. A life ends
 *
 * <ul>
 *   <li>when it is gone for certain: connection and discovery have both lost it, its address refuses, or another
 *       incarnation answers there ({@link #onGone});
 *   <li>when another incarnation speaks under the name;
 *   <li>when we never had a connection to it, it is not listed, and has been silent for {@link #SILENCE_NS}.
 * </ul>
 *
 * <p>A bucket is whole when the last bitmap of every seat, none older than {@link #BITMAP_AGE_NS}, has it. A seat whose
 * life is gone holds no sessions, even while discovery still lists it, and is left out until something answers or speaks
 * there; no seats at all is no evidence, and nothing is whole then.
 *
 * <p>Seats change under this object's monitor. Looking up a known life and asking for wholeness take no lock. The
 * monitor is never taken by one who holds a bucket's.
 */
public final class Roster {
    static final long BITMAP_AGE_NS = 30_000_000_000L;
    static final long SILENCE_NS = 30_000_000_000L;
    /** Lives that ended by a successor, a room: a late request of one of these is refused. The oldest is forgotten. */
    static final int PREDECESSORS_MAX = 8;
    /** Seats: beyond them a room is refused. */
    static final int ROOMS_MAX = 4096;

    private static final Logger log = LoggerFactory.getLogger(Roster.class);

    private final RegisterClock clock;
    private final Consumer<RoomLife> onOver;
    private final Map<String, Seat> seats = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<@Nullable RoomLife> lives = new AtomicReferenceArray<>(SessionTable.ID_MAX + 1);
    /** Guarded by this. */
    private final BitSet numbers = new BitSet();

    /** Not whole at some time since it was asked for; guarded by this. */
    private BucketSet lost = BucketSet.all();

    private volatile Whole whole = new Whole(BucketSet.none(), Long.MIN_VALUE);

    /** @param onOver takes the entries of a life that ended out, then calls {@link #release}; must not block */
    public Roster(RegisterClock clock, Consumer<RoomLife> onOver) {
        this.clock = clock;
        this.onOver = onOver;
    }

    /** The life that a request names; null where it is over, or where there is no room for another. */
    public @Nullable RoomLife heard(String room, long incarnation) {
        Seat seat = seats.get(room);
        RoomLife life = seat == null ? null : seat.life;
        if (life == null || life.incarnation != incarnation) {
            life = admit(room, incarnation);
        }
        if (life != null) {
            life.heardNs = clock.nanos();
        }
        return life;
    }

    /** The life of a number that an entry holds; null where it is over. */
    @Nullable
    RoomLife life(int number) {
        RoomLife life = lives.get(number);
        return life == null || life.over ? null : life;
    }

    /** The whole list of rooms: those that discovery or a connection of ours has. */
    public synchronized void onListed(Set<String> rooms) {
        for (String room : rooms) {
            Seat seat = seat(room);
            if (seat != null) {
                seat.listed = true;
            }
        }
        for (Map.Entry<String, Seat> entry : seats.entrySet()) {
            Seat seat = entry.getValue();
            if (!rooms.contains(entry.getKey())) {
                seat.listed = false;
                seat.gone = false;
            }
        }
        settle();
    }

    /** This incarnation answered the hello of our connection. */
    public synchronized void onUp(String room, long incarnation) {
        Seat seat = seat(room);
        if (seat == null) {
            return;
        }
        seat.gone = false;
        RoomLife life = seat.life;
        if (life != null && life.incarnation != incarnation && !seat.isPredecessor(incarnation)) {
            endForSuccessor(seat, life);
        }
        settle();
    }

    /** This life of a room is over for certain. */
    public synchronized void onGone(String room, long incarnation) {
        Seat seat = seats.get(room);
        if (seat == null) {
            return;
        }
        RoomLife life = seat.life;
        if (life == null || life.incarnation == incarnation) {
            seat.gone = true;
            end(seat, "gone");
        }
        settle();
    }

    /** Ends lives that nothing speaks for, and forgets empty seats; to be called every few seconds. */
    public synchronized void tick() {
        long now = clock.nanos();
        for (Seat seat : seats.values()) {
            RoomLife life = seat.life;
            if (life != null && !seat.listed && now - life.heardNs > SILENCE_NS) {
                end(seat, "silent and not listed");
            }
        }
        settle();
    }

    /** The buckets that a life holds us to own, sent whole, and in which we agree with it. */
    synchronized void onReport(RoomLife life, BucketSet agreed) {
        Seat seat = seats.get(life.room);
        if (seat != null && seat.life == life) {
            seat.bitmap = agreed;
            seat.bitmapNs = clock.nanos();
            settle();
        }
    }

    /** A miss in this bucket means that the user is offline. */
    public boolean whole(int bucket) {
        Whole now = whole;
        return now.buckets.has(bucket) && now.untilNs - clock.nanos() > 0;
    }

    /** The buckets that were not whole at some time since this was asked before, or since the start. */
    public synchronized BucketSet takeLost() {
        settle();
        BucketSet taken = lost;
        lost = BucketSet.none();
        lost.addMissingIn(whole.buckets);
        return taken;
    }

    /** How many buckets are whole. */
    public int wholeCount() {
        Whole now = whole;
        return now.untilNs - clock.nanos() > 0 ? now.buckets.size() : 0;
    }

    /** The lives that count now. */
    public List<RoomLife> lives() {
        List<RoomLife> found = new ArrayList<>();
        for (Seat seat : seats.values()) {
            RoomLife life = seat.life;
            if (life != null) {
                found.add(life);
            }
        }
        return found;
    }

    /** Gives the number of a life back, once no entry holds it. */
    synchronized void release(RoomLife life) {
        lives.set(life.number, null);
        numbers.clear(life.number);
    }

    private synchronized @Nullable RoomLife admit(String room, long incarnation) {
        Seat seat = seat(room);
        if (seat == null || seat.isPredecessor(incarnation)) {
            return null;
        }
        RoomLife current = seat.life;
        if (current != null && current.incarnation == incarnation) {
            return current;
        }
        if (current != null) {
            endForSuccessor(seat, current);
        }
        int number = numbers.nextClearBit(0);
        if (number > SessionTable.ID_MAX) {
            log.warn("event=room_refused room={} reason=too_many_lives", room);
            return null;
        }
        numbers.set(number);
        RoomLife life = new RoomLife(room, incarnation, number, clock.nanos());
        lives.set(number, life);
        seat.life = life;
        seat.gone = false;
        settle();
        log.info("event=room_life_began room={} incarnation={}", room, Long.toUnsignedString(incarnation));
        return life;
    }

    private @Nullable Seat seat(String room) {
        Seat seat = seats.get(room);
        if (seat == null && seats.size() < ROOMS_MAX) {
            seat = new Seat();
            seats.put(room, seat);
        }
        return seat;
    }

    private void endForSuccessor(Seat seat, RoomLife life) {
        seat.addPredecessor(life.incarnation);
        end(seat, "another incarnation");
    }

    private void end(Seat seat, String reason) {
        RoomLife life = seat.life;
        seat.life = null;
        seat.bitmap = null;
        if (life != null) {
            settle();
            life.over = true;
            log.info(
                    "event=room_life_over room={} incarnation={} reason=\"{}\"",
                    life.room,
                    Long.toUnsignedString(life.incarnation),
                    reason);
            onOver.accept(life);
        }
    }

    /** Computes what is whole, before anything that it no longer covers is taken out. */
    private void settle() {
        BucketSet all = BucketSet.all();
        long now = clock.nanos();
        long leftNs = Long.MAX_VALUE;
        boolean any = false;
        for (Iterator<Seat> it = seats.values().iterator(); it.hasNext(); ) {
            Seat seat = it.next();
            if (!seat.counts()) {
                if (!seat.listed && seat.predecessors.isEmpty()) {
                    it.remove();
                }
                continue;
            }
            any = true;
            BucketSet bitmap = seat.bitmap;
            all.keepOnly(bitmap == null ? BucketSet.none() : bitmap);
            leftNs = Math.min(leftNs, bitmap == null ? 0 : BITMAP_AGE_NS - (now - seat.bitmapNs));
        }
        if (whole.untilNs - now <= 0) {
            lost.addAll();
        }
        whole = any ? new Whole(all, now + leftNs) : new Whole(BucketSet.none(), now);
        lost.addMissingIn(whole.buckets);
    }

    private record Whole(BucketSet buckets, long untilNs) {}

    /** Guarded by the roster, but for {@code life}. */
    private static final class Seat {
        boolean listed;
        /** Its life is over for certain, and nothing has answered or spoken there since. */
        boolean gone;

        volatile @Nullable RoomLife life;

        @Nullable
        BucketSet bitmap;

        long bitmapNs;
        final List<Long> predecessors = new ArrayList<>(0);

        boolean counts() {
            return life != null || (listed && !gone);
        }

        boolean isPredecessor(long incarnation) {
            return predecessors.contains(incarnation);
        }

        void addPredecessor(long incarnation) {
            if (predecessors.size() == PREDECESSORS_MAX) {
                predecessors.removeFirst();
            }
            predecessors.add(incarnation);
        }
    }
}

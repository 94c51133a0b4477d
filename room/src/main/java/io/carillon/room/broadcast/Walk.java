package io.carillon.room.broadcast;

import io.carillon.contract.BroadcastState;
import io.carillon.room.delivery.Binding;
import io.carillon.room.loop.Loop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One broadcast on its way over one loop's connections: slot by slot once round the circle of them, then over those that
 * logged in, drained or had their tags meanwhile ("late"), all at the same rate. Event-loop confined.
 *
 * <p>It may begin anywhere on the circle, so that it can join another walk where that one is: {@link Convoy}.
 */
final class Walk extends Slices {
    /** Until a binding is tried again that was held. */
    static final long HOLD_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int ANYWHERE = -1;

    final BroadcastRecord record;
    final AppSeats seats;
    private final Share share;
    private final Steps steps;
    private final Loop loop;
    private final BroadcastLimits limits;
    private final TokenBucket bucket;
    private final ArrayDeque<Binding> late = new ArrayDeque<>();
    /** Bindings of the slot at hand. */
    private final ArrayDeque<Binding> ofSlot = new ArrayDeque<>();

    /** By the loop's clock. */
    final long startedNs;

    /** Where it began, and where it ends. */
    private final int first;
    /** The next one. */
    private int slot;
    /** It went by the last slot, and goes on from 0 to {@link #first}. */
    private boolean wrapped;
    /** It has been at every slot. */
    private boolean around;

    private BroadcastState state = BroadcastState.BROADCAST_STATE_RUNNING;

    /** Bindings that were served and are not through yet. */
    private int owed;
    /** It is among the loop's jobs. */
    boolean queued;

    /** What became of the binding at hand. */
    enum Step {
        /** It was written to, or ended: it counts for the rate. */
        SERVED,
        /** It is not meant, or gets it later by itself. */
        PASSED,
        /** Not now: the walk stands still and tries it again. */
        HELD
    }

    /** What is done at each binding of the app. */
    interface Steps {
        BindingSlots slots();

        Step at(Walk walk, Binding binding);
    }

    /**
     * @param share null: nobody ordered it, so that it is not held to a rate
     * @param first the slot to begin with
     */
    Walk(
            BroadcastRecord record,
            AppSeats seats,
            @Nullable Share share,
            int first,
            Steps steps,
            Loop loop,
            BroadcastLimits limits) {
        this.record = record;
        this.seats = seats;
        this.share = share == null ? Share.unlimited() : share;
        this.steps = steps;
        this.loop = loop;
        this.limits = limits;
        this.startedNs = loop.nowNs();
        this.bucket = new TokenBucket(startedNs);
        this.first = first;
        this.slot = first;
        this.around = slots() == 0;
        report();
    }

    /** A walk over nobody: who was there before its broadcast was known comes by itself. */
    static Walk done(BroadcastRecord record, AppSeats seats, Steps steps, Loop loop, BroadcastLimits limits) {
        Walk walk = new Walk(record, seats, null, 0, steps, loop, limits);
        walk.around = true;
        return walk;
    }

    void setState(BroadcastState newState) {
        if (state == BroadcastState.BROADCAST_STATE_PAUSED && newState != state) {
            bucket.empty(loop.nowNs());
        }
        state = newState;
    }

    /** Serves the binding behind the slots. */
    void addLate(Binding binding) {
        if (Offers.marks(binding).waitFor(record.bseq)) {
            if (late.size() > 2 * seats.bindings + AppSeats.ENDED_MAX) {
                late.removeIf(Binding::ended);
            }
            late.add(binding);
            report();
            if (waitNs(loop.nowNs()) == IDLE) {
                wake(loop.nowNs());
            }
        }
    }

    /** One was served and is not through yet: the walk is not done before {@link #settled}. */
    void owe() {
        owed++;
    }

    void settled() {
        owed--;
        report();
    }

    /** The broadcast was cancelled, or is over. */
    void stop() {
        state = BroadcastState.BROADCAST_STATE_CANCELLED;
        late.clear();
        ofSlot.clear();
        around = true;
        report();
    }

    boolean stopped() {
        return state == BroadcastState.BROADCAST_STATE_CANCELLED;
    }

    @Override
    boolean over() {
        return stopped() || (record.kick && share.done);
    }

    /** The slot that it comes to next. */
    int slot() {
        return slot;
    }

    /** A broadcast without a rate. */
    boolean isFast() {
        return !record.kick && share.perSecond == TokenBucket.UNLIMITED;
    }

    /** A broadcast that goes over slots as fast as can be: others may join it. */
    boolean mayBeJoined() {
        return isFast() && !around && ofSlot.isEmpty() && state == BroadcastState.BROADCAST_STATE_RUNNING;
    }

    @Override
    boolean rests() {
        return !hasMore();
    }

    @Override
    long slice() {
        return slice(ANYWHERE, limits.connectionsPerTurn());
    }

    /** A part of a slice, by how many connections it may take. */
    void runShare(double share, long nowNs) {
        run(nowNs, () -> slice(ANYWHERE, (int) Math.ceil(limits.connectionsPerTurn() * share)));
    }

    /** A slice from here up to {@code to}, where another walk's slice ended that began here too. */
    void runUpTo(int to, long nowNs) {
        run(nowNs, () -> slice(to, limits.connectionsPerTurn()));
    }

    private long slice(int to, int connectionsMax) {
        if (state == BroadcastState.BROADCAST_STATE_PAUSED || !hasMore()) {
            return IDLE;
        }
        boolean paced = state == BroadcastState.BROADCAST_STATE_RUNNING;
        bucket.refill(paced ? share.perSecond : TokenBucket.UNLIMITED, loop.nowNs());
        int connections = connectionsMax;
        int slots = limits.slotsPerTurn();
        while (connections > 0 && slots > 0 && bucket.mayPass() && hasMore()) {
            int before = slot;
            Binding next = next();
            if (next == null) {
                slots--;
            } else {
                connections--;
                switch (steps.at(this, next)) {
                    case SERVED -> bucket.pass();
                    case PASSED -> {}
                    case HELD -> {
                        ofSlot.addFirst(next);
                        report();
                        return HOLD_NS;
                    }
                }
            }
            if (slot != before && slot == to && ofSlot.isEmpty()) {
                break;
            }
        }
        report();
        if (!hasMore()) {
            return IDLE;
        }
        return bucket.mayPass() ? SOON : bucket.waitNs();
    }

    /** A binding of the app; null where the slot had none. */
    private @Nullable Binding next() {
        if (ofSlot.isEmpty() && !around) {
            steps.slots().forEach(slot, binding -> {
                if (!binding.ended() && binding.session().app().equals(record.app)) {
                    ofSlot.add(binding);
                }
            });
            advance();
        }
        Binding next = ofSlot.poll();
        if (next == null && around) {
            next = late.poll();
            if (next != null && next.standing() instanceof Marks marks) {
                marks.served(record.bseq);
            }
        }
        return next;
    }

    private void advance() {
        slot++;
        if (slot >= slots()) {
            slot = 0;
            wrapped = true;
        }
        around = wrapped && slot >= first;
    }

    private boolean hasMore() {
        return !around || !ofSlot.isEmpty() || !late.isEmpty();
    }

    private void report() {
        long inSlots = around ? 0 : Math.ceilDiv((long) seats.bindings * slotsLeft(), (long) slots());
        share.left = inSlots + ofSlot.size() + late.size() + owed;
        share.done |= !hasMore() && owed == 0;
    }

    private int slotsLeft() {
        return wrapped ? first - slot : slots() - slot + first;
    }

    private int slots() {
        return steps.slots().slots();
    }
}

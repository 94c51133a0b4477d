package io.carillon.room.broadcast;

import io.carillon.room.delivery.Binding;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The bindings of one loop that may have missed something: logged in, drained, tags known, or the list changed. Each is
 * given, lowest bseq first, what is over; for what is running it joins that walk's last slices. Loop-confined.
 */
final class CatchUp extends Slices {
    private final Offers offers;
    private final Function<Binding, AppSeats> seatsOf;
    private final Consumer<Walk> onLate;
    private final BroadcastLimits limits;
    private final ArrayDeque<Binding> queue = new ArrayDeque<>();
    /** At so many those that have ended are thrown out. */
    private int purgeAt = AppSeats.ENDED_MAX;
    /** Written on the loop, read anywhere. */
    private volatile int waiting;

    /** @param onLate told of a walk that has a binding more to serve */
    CatchUp(Offers offers, Function<Binding, AppSeats> seatsOf, Consumer<Walk> onLate, BroadcastLimits limits) {
        this.offers = offers;
        this.seatsOf = seatsOf;
        this.onLate = onLate;
        this.limits = limits;
    }

    /** Each binding at most once, so that the queue is bounded by twice the loop's bindings. */
    void add(Binding binding) {
        Marks marks = Offers.marks(binding);
        if (!marks.queued) {
            if (queue.size() >= purgeAt) {
                queue.removeIf(Binding::ended);
                purgeAt = Math.max(AppSeats.ENDED_MAX, 2 * queue.size());
            }
            marks.queued = true;
            queue.add(binding);
        }
    }

    int waiting() {
        return waiting;
    }

    @Override
    boolean over() {
        return false;
    }

    @Override
    long slice() {
        for (int i = 0; i < limits.connectionsPerTurn() && !queue.isEmpty(); i++) {
            Binding binding = queue.remove();
            Offers.marks(binding).queued = false;
            if (!binding.ended()) {
                serve(seatsOf.apply(binding), binding);
            }
        }
        waiting = queue.size();
        return queue.isEmpty() ? IDLE : SOON;
    }

    private void serve(AppSeats seats, Binding binding) {
        AppList list = seats.list;
        offers.settle(list, binding);
        boolean blocked = !list.known;
        for (int i = list.above(binding.broadcastFloor()); i < list.lines.length; i++) {
            Line line = list.lines[i];
            BroadcastRecord record = line.record();
            if (Offers.had(binding, record.bseq) || !record.filter.matches(AppList.tagsOf(binding))) {
                continue;
            }
            Walk walk = seats.walk(record.bseq);
            if (line.finished() && !record.heldBack) {
                if (offers.offer(list, record, binding) == Offers.Outcome.PASSED_OVER) {
                    break;
                }
            } else if (line.running() && walk != null) {
                walk.addLate(binding);
                onLate.accept(walk);
            } else {
                blocked = true;
            }
        }
        if (blocked) {
            seats.park(binding);
        }
        Offers.rest(binding);
    }
}

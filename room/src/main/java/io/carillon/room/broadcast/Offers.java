package io.carillon.room.broadcast;

import io.carillon.protocol.PushFrame;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.EncodedFrame;
import io.carillon.room.loop.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which one broadcast goes to one binding, and what that does to its cursor. Event-loop confined.
 *
 * <p>A binding's floor is what its client was told, or said itself. It rises with a PUSH that carries FLOOR, or with a
 * CURSOR frame; what was sent above it is remembered exactly, and so is what the binding was passed over for.
 */
final class Offers {
    /** What became of an offer. */
    enum Outcome {
        WRITTEN,
        /** It had it, is not meant, or nothing can be said yet. */
        NOTHING,
        /** It does not take anything now. */
        PASSED_OVER
    }

    private final Loop loop;
    private final BroadcastCounters counters;
    private final Steps steps;

    Offers(Loop loop, BroadcastCounters counters, Steps steps) {
        this.loop = loop;
        this.counters = counters;
        this.steps = steps;
    }

    Outcome offer(AppList list, BroadcastRecord record, Binding binding) {
        settle(list, binding);
        Tags tags = AppList.tagsOf(binding);
        if (binding.ended() || had(binding, record.bseq) || record.heldBack || !record.filter.matches(tags)) {
            return Outcome.NOTHING;
        }
        // Asked once: it is a part of what a delivery costs.
        long nowMs = loop.wallMs();
        if (record.isExpired(nowMs)) {
            step(record, binding, nowMs, "expired", "");
            return Outcome.NOTHING;
        }
        if (!binding.takesBroadcasts()) {
            if (marks(binding).pass(record.bseq)) {
                record.tally.targeted.increment();
                counters.broadcastPassedOver();
                step(record, binding, nowMs, "passed_over", "the reader is slow");
            }
            return Outcome.PASSED_OVER;
        }
        write(list, record, binding, nowMs);
        return Outcome.WRITTEN;
    }

    private void write(AppList list, BroadcastRecord record, Binding binding, long nowMs) {
        boolean counted = binding.standing() instanceof Marks known && known.unpass(record.bseq);
        boolean floor = list.risenFloor(binding, record.bseq, nowMs) >= record.bseq;
        if (floor) {
            rise(binding, record.bseq);
        } else {
            marks(binding).sent(record.bseq);
        }
        push(record, binding, floor);
        if (!counted) {
            record.tally.targeted.increment();
        }
        record.tally.written.increment();
        counters.broadcastWritten();
        step(record, binding, nowMs, "written", "");
        rest(binding);
    }

    /** For the ledger, where the user is one of those that are sampled. */
    void step(BroadcastRecord record, Binding binding, String type, String reason) {
        step(record, binding, loop.wallMs(), type, reason);
    }

    private void step(BroadcastRecord record, Binding binding, long nowMs, String type, String reason) {
        steps.add(record, binding.session().user(), nowMs, type, reason);
    }

    private static void push(BroadcastRecord record, Binding binding, boolean floor) {
        EncodedFrame frame = record.frames.get(binding.number(), floor);
        if (frame != null) {
            binding.output().pushShared(frame);
            return;
        }
        int flags = record.flags() | (floor ? PushFrame.FLAG_FLOOR : 0);
        binding.output().push(binding.number(), flags, record.bseq, 0, record.id, record.extension, record.payload);
    }

    static boolean had(Binding binding, long bseq) {
        return bseq <= binding.broadcastFloor() || (binding.standing() instanceof Marks marks && marks.has(bseq));
    }

    /** A client without a cursor begins behind all that was, as soon as it is known what was. */
    void settle(AppList list, Binding binding) {
        if (binding.broadcastFloor() == AppList.UNSET && list.known && !binding.ended()) {
            tell(binding, list.newest);
        }
    }

    /** Tells the client its floor where that has risen without a PUSH that could have said so. */
    void tellFloor(AppList list, Binding binding) {
        settle(list, binding);
        if (list.newest > binding.broadcastFloor()) {
            long risen = list.risenFloor(binding, 0, loop.wallMs());
            if (risen > binding.broadcastFloor()) {
                tell(binding, risen);
            }
        }
        rest(binding);
    }

    private static void tell(Binding binding, long floor) {
        rise(binding, floor);
        binding.output().cursor(binding.number(), floor);
    }

    private static void rise(Binding binding, long floor) {
        binding.setBroadcastFloor(floor);
        if (binding.standing() instanceof Marks marks) {
            marks.risen(floor);
        }
    }

    static Marks marks(Binding binding) {
        if (binding.standing() instanceof Marks known) {
            return known;
        }
        Marks marks = new Marks(AppList.tagsOf(binding));
        binding.setStanding(marks);
        return marks;
    }

    /** Drops the marks of a binding that has nothing to be remembered. */
    static void rest(Binding binding) {
        if (binding.standing() instanceof Marks marks && marks.isIdle()) {
            binding.setStanding(marks.tags);
        }
    }

    static void setTags(Binding binding, @Nullable Tags tags) {
        if (binding.standing() instanceof Marks marks) {
            marks.tags = tags;
        } else {
            binding.setStanding(tags);
        }
    }
}

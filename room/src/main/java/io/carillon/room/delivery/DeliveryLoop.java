package io.carillon.room.delivery;

import io.carillon.contract.LoadEntry;
import io.carillon.room.loop.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;

/** What the bindings of one loop share: the batches to saver, and one short timer for all of them. Loop-confined. */
public final class DeliveryLoop {
    private static final long TAGS_AGAIN_NS = TimeUnit.SECONDS.toNanos(5);

    private final Loop loop;
    private final DeliveryLimits limits;
    private final LabelSink labels;
    private final LoadGatherer loads;
    private final AckGatherer acks;
    private List<Binding> toLookAt = new ArrayList<>();
    private List<Binding> untagged = new ArrayList<>();
    private int unconfirmedAcks;
    /** Bytes of unacknowledged messages that are held for clients that come right back. */
    private long heldBytes;

    private long droppedAcks;

    /**
     * @param room this room's name, for saver's ledger
     * @param randomBelow a random number from 0 to its argument, exclusive
     */
    public DeliveryLoop(
            Loop loop,
            DeliveryLimits limits,
            Mailboxes mailboxes,
            LabelSink labels,
            String room,
            LongUnaryOperator randomBelow) {
        this.loop = loop;
        this.limits = limits;
        this.labels = labels;
        this.loads = new LoadGatherer(loop, limits, mailboxes, room, randomBelow);
        this.acks = new AckGatherer(loop, limits, mailboxes, room, randomBelow);
    }

    /** Loads that are wanted and not asked for yet. */
    public int loadsWaiting() {
        return loads.waiting();
    }

    /** Acks that saver has not confirmed. */
    public int unconfirmedAcks() {
        return unconfirmedAcks;
    }

    /** Acks that were dropped at a bound, since the start: their messages come again. */
    public long droppedAcks() {
        return droppedAcks;
    }

    boolean inLoop() {
        return loop.inLoop();
    }

    long wallMs() {
        return loop.wallMs();
    }

    DeliveryLimits limits() {
        return limits;
    }

    LabelSink labels() {
        return labels;
    }

    void requestLoad(Binding binding) {
        loads.add(binding);
    }

    /** Tells saver of messages that stay unanswered, at the end of their connection. */
    void report(LoadEntry entry) {
        loads.report(entry);
    }

    /** False at a bound: the ack is dropped and counted, and its message comes again. */
    boolean mayKeepAck(int ofBinding) {
        boolean kept = ofBinding < limits.acksPerBindingMax() && unconfirmedAcks < limits.acksMax();
        if (!kept) {
            droppedAcks++;
        }
        return kept;
    }

    void ackAdded(Binding binding) {
        unconfirmedAcks++;
        acks.add(binding);
    }

    void acksConfirmed(int count) {
        unconfirmedAcks -= count;
    }

    /** False at the bound: the message is not held, and has to be loaded where it is needed again. */
    boolean mayHold(int bytes) {
        if (heldBytes + bytes > limits.unacknowledgedBytesMax().bytes()) {
            return false;
        }
        heldBytes += bytes;
        return true;
    }

    void release(int bytes) {
        heldBytes -= bytes;
    }

    /** From any thread. */
    void releaseLater(int bytes) {
        if (bytes > 0) {
            loop.execute(() -> release(bytes));
        }
    }

    /** Runs {@code task} behind what the loop does now. */
    void soon(Runnable task) {
        loop.execute(task);
    }

    /** Has {@link Binding#onLook} called within the hold time. */
    void lookSoon(Binding binding) {
        if (binding.queuedForLook) {
            return;
        }
        binding.queuedForLook = true;
        toLookAt.add(binding);
        if (toLookAt.size() == 1) {
            loop.after(limits.holdTime().toNanos(), this::look);
        }
    }

    /**
     * Has the binding load again after a while: saver could not read its tags. Not as a load that stays wanted, which would
     * hold deliveries up.
     */
    void askForTagsLater(Binding binding) {
        if (binding.queuedForTags) {
            return;
        }
        binding.queuedForTags = true;
        untagged.add(binding);
        if (untagged.size() == 1) {
            loop.after(TAGS_AGAIN_NS, this::askForTags);
        }
    }

    private void askForTags() {
        List<Binding> due = untagged;
        untagged = new ArrayList<>();
        for (Binding binding : due) {
            binding.queuedForTags = false;
            binding.onAskForTags();
        }
    }

    private void look() {
        List<Binding> due = toLookAt;
        toLookAt = new ArrayList<>();
        for (Binding binding : due) {
            binding.queuedForLook = false;
            binding.onLook();
        }
    }
}

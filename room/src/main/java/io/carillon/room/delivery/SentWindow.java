package io.carillon.room.delivery;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.LoadEntry;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.room.registration.Session;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a binding wrote that is not settled: messages without an ack, exactly and in the order they were written, and acks
 * that saver has not confirmed. Event-loop confined. It is a part of {@link Binding}, and no object of its own, since there
 * are a million of them.
 */
public abstract sealed class SentWindow extends BroadcastSeat permits Binding {
    private static final int STRANGE_ACKS_MAX = ProtocolVersion.RECEIVE_WINDOW_MAX;

    final Session session;
    final DeliveryLoop loop;
    private @Nullable InFlight inFlight;
    private @Nullable Unacknowledged unacknowledged;
    private @Nullable AckLog acks;
    /** In the queue of the acks' gatherer. */
    boolean queuedForAcks;
    /** An ack batch with a position of its log waits for an answer. */
    boolean acksUnderWay;

    /** What became of an ack. */
    enum AckStep {
        KEPT,
        /** It says nothing new. */
        IGNORED,
        /** There is no room for it: its message comes again. */
        DROPPED
    }

    SentWindow(Session session, PushOutput output, DeliveryLoop loop) {
        super(output);
        this.session = session;
        this.loop = loop;
    }

    /** A load may have been answered from before the acks that are confirmed now. */
    abstract boolean loadUnderWay();

    public Session session() {
        return session;
    }

    /** Messages written and not acknowledged. */
    public int inFlightCount() {
        return inFlight == null ? 0 : inFlight.size();
    }

    /** When the oldest message in flight that was written after that was written; {@link Long#MAX_VALUE}: none. */
    public long oldestWrittenAfterMs(long afterMs) {
        return inFlight == null ? Long.MAX_VALUE : inFlight.oldestWrittenAfterMs(afterMs);
    }

    /** Notes what is being written. Returns true where nothing else is in flight. */
    final boolean written(
            long seq, long prevSeq, int flags, ByteString messageId, ByteString extension, ByteString payload) {
        if (inFlight == null) {
            inFlight = new InFlight();
        }
        ByteBuffer id = messageId.asReadOnlyByteBuffer();
        inFlight.add(seq, id.getLong(), id.getLong(), loop.wallMs());
        hold(new Unacknowledged.Written(seq, prevSeq, flags, messageId, extension, payload));
        return inFlight.size() == 1;
    }

    private void hold(Unacknowledged.Written written) {
        if (loop.mayHold(written.bytes())) {
            if (unacknowledged == null) {
                unacknowledged = new Unacknowledged();
            }
            unacknowledged.add(written);
        }
    }

    /** It is in flight, or its ack was not applied when the load that brings it may have been answered. */
    final boolean isKnown(long seq) {
        return (inFlight != null && inFlight.indexOf(seq) != InFlight.ABSENT) || (acks != null && acks.contains(seq));
    }

    /** Takes an ack; {@link DeliveryLoop#ackAdded} is the caller's to call where it was kept. */
    final AckStep settle(long seq, int kind, int argument) {
        int index = inFlight == null ? InFlight.ABSENT : inFlight.indexOf(seq);
        if (index == InFlight.ABSENT && !mayConcern(seq, kind)) {
            return AckStep.IGNORED;
        }
        if (acks == null) {
            acks = new AckLog();
        }
        if (!loop.mayKeepAck(acks.unapplied())) {
            removeInFlight(seq, index);
            return AckStep.DROPPED;
        }
        if (inFlight == null || index == InFlight.ABSENT) {
            acks.add(seq, kind, argument, 0, 0, 0, loop.wallMs());
        } else {
            inFlight.addAck(acks, index, kind, argument, loop.wallMs());
        }
        removeInFlight(seq, index);
        return AckStep.KEPT;
    }

    /**
     * Whether an ack of something that is not in flight here is taken: not a repeat, nor where many wait already. Of what an
     * earlier connection delivered there is a window at most, while a client that makes seqs up could have each of them
     * searched for among thousands.
     */
    private boolean mayConcern(long seq, int kind) {
        return acks == null || (acks.size() < STRANGE_ACKS_MAX && !acks.lastIs(seq, kind));
    }

    private void removeInFlight(long seq, int index) {
        if (unacknowledged != null) {
            loop.release(unacknowledged.remove(seq));
        }
        if (inFlight != null && index != InFlight.ABSENT) {
            inFlight.remove(index);
            if (inFlight.size() == 0) {
                inFlight = null;
                unacknowledged = null;
            }
        }
    }

    /** Position behind the last ack, to be given to {@link #confirmAcks} once they are applied. */
    long acksEnd() {
        return acks == null ? 0 : acks.end();
    }

    int unconfirmedAcks() {
        return acks == null ? 0 : acks.unapplied();
    }

    /** Hands over all that is not confirmed, oldest first. */
    void addAcks(Consumer<Ack> to) {
        if (acks != null) {
            acks.forEachUnapplied(to);
        }
    }

    /** saver has applied every ack before {@code position}. */
    void confirmAcks(long position) {
        if (acks == null) {
            return;
        }
        loop.acksConfirmed(acks.confirm(position));
        if (!loadUnderWay()) {
            acks.trim();
            if (acks.size() == 0 && !acksUnderWay) {
                // Positions begin anew, so nobody may hold one of the old log.
                acks = null;
            }
        }
    }

    final void addInFlight(LoadEntry.Builder entry) {
        if (inFlight != null) {
            inFlight.forEachSeq(entry::addInFlight);
        }
    }

    /** Tells of what a living client left unanswered, each message once. */
    final void addUnanswered(LoadEntry.Builder entry) {
        if (inFlight != null) {
            long beforeMs = loop.wallMs() - loop.limits().unansweredAfter().toMillis();
            inFlight.reportUnanswered(Math.min(beforeMs, output.lastHeardAtMs() - 1), entry::addUnanswered);
        }
    }

    /** The end: what was in flight is held for nobody. */
    final void release() {
        if (unacknowledged != null) {
            loop.release(unacknowledged.bytes());
            unacknowledged = null;
        }
        inFlight = null;
    }

    /** The end: what was in flight is another's now. */
    final Remains leave(long lastSent, long tagsVersion, boolean mayLoad, boolean more) {
        Remains remains = new Remains(loop, lastSent, tagsVersion, inFlight, unacknowledged, mayLoad, more);
        inFlight = null;
        unacknowledged = null;
        return remains;
    }
}

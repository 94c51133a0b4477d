package io.carillon.room.delivery;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.LoadEntry;
import io.carillon.contract.LoadResult;
import io.carillon.contract.StoredMessage;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.PushFrame;
import io.carillon.room.registration.Session;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One (app, user) on a connection, and the sending rule for it. Event-loop confined.
 *
 * <p>A delivery is written at once only if {@code prev_seq <= lastSent < seq}, the window is open and no load is wanted
 * or under way. Everything else is a hint to load:
 *
 * <ul>
 *   <li>Its predecessor is missing ({@code prev_seq > lastSent}): it is held up to {@link DeliveryLimits#holdTime}, for
 *       the missing one may be on its way from another center; then the mailbox is loaded.
 *   <li>It is older than what was sent: the mailbox is loaded.
 *   <li>A load is under way, or the window or the socket is closed: one bit, and a load when that has changed. The load
 *       under way may have been answered before this message was stored.
 * </ul>
 *
 * <p>What is in flight is known exactly, not by a high mark, since acks come in any order and some messages are put off.
 * A load never sends what is in flight here, nor what was acknowledged while the load was under way: {@link AckLog}
 * keeps confirmed acks until no load is under way that could have been answered from before them.
 *
 * <p>A binding begins closed: its first load waits until it is registered ({@link #onMayLoad}), so that either center
 * finds the session or the load finds the message.
 */
public final class Binding extends BroadcastSeat {
    private static final int STRANGE_ACKS_MAX = ProtocolVersion.RECEIVE_WINDOW_MAX;

    private enum LoadState {
        NONE,
        WANTED,
        UNDER_WAY
    }

    private final Session session;
    private final byte number;
    private final DeliveryLoop loop;

    private long lastSent;
    private @Nullable InFlight inFlight;
    private @Nullable Unacknowledged unacknowledged;
    private @Nullable AckLog acks;
    private @Nullable HeldDeliveries held;
    private LoadState load = LoadState.NONE;
    private boolean mayLoad;
    /** There may be more in the mailbox than was sent. */
    private boolean hint = true;

    /** The next load has to bring the tags of this version of the app's or a later one. */
    private long tagsVersion;

    private boolean ended;
    /** In the queue of the acks' gatherer. */
    boolean queuedForAcks;
    /** An ack batch with a position of its log waits for an answer. */
    boolean acksUnderWay;
    /** Waits for the loop's next look at held deliveries. */
    boolean queuedForLook;
    /** Its tags could not be read: it waits for another load. */
    boolean queuedForTags;
    /** All unconfirmed acks before it ride in the load under way. */
    private long acksInLoad;

    public Binding(Session session, int number, PushOutput output, DeliveryLoop loop) {
        super(output);
        this.session = session;
        this.number = (byte) number;
        this.loop = loop;
    }

    public Session session() {
        return session;
    }

    public int number() {
        return number;
    }

    @Override
    public boolean ended() {
        return ended;
    }

    public boolean is(String app, String user) {
        return session.user().equals(user) && session.app().equals(app);
    }

    /** Messages written and not acknowledged. */
    public int inFlightCount() {
        return inFlight == null ? 0 : inFlight.size();
    }

    /** When the oldest message in flight that was written after that was written; {@link Long#MAX_VALUE}: none. */
    public long oldestWrittenAfterMs(long afterMs) {
        return inFlight == null ? Long.MAX_VALUE : inFlight.oldestWrittenAfterMs(afterMs);
    }

    // ---- deliveries
    // --------------------------------------------------------------------------------------------------

    /** Takes what center brought. */
    public DeliveryOutcome deliver(DeliverEntry entry) {
        assert loop.inLoop();
        if (ended) {
            return DeliveryOutcome.NO_SESSION;
        }
        if (entry.getQos0()) {
            return deliverUnstored(entry);
        }
        tagsVersion = Math.max(tagsVersion, entry.getTagsVersion());
        if (entry.getHint() || entry.getMessageId().size() != PushFrame.MESSAGE_ID_BYTES) {
            wantLoad();
            return DeliveryOutcome.LATER;
        }
        if (isKnown(entry.getSeq())) {
            return DeliveryOutcome.WRITTEN;
        }
        if (!mayLoad || load != LoadState.NONE || room() <= 0) {
            hint = true;
            return DeliveryOutcome.LATER;
        }
        if (entry.getPrevSeq() > lastSent) {
            hold(entry);
            return DeliveryOutcome.LATER;
        }
        if (entry.getSeq() <= lastSent || isExpired(entry.getExpiresAtMs())) {
            wantLoad();
            return DeliveryOutcome.LATER;
        }
        send(entry);
        sendHeld();
        return DeliveryOutcome.WRITTEN;
    }

    private DeliveryOutcome deliverUnstored(DeliverEntry entry) {
        if (!output.writable() || output.window() == 0) {
            return DeliveryOutcome.DROPPED;
        }
        int flags = PushFrame.FLAG_QOS0 | PushFlags.of(entry.getExtension());
        output.push(number, flags, 0, 0, entry.getMessageId(), entry.getExtension(), entry.getPayload());
        return DeliveryOutcome.WRITTEN;
    }

    private void hold(DeliverEntry entry) {
        if (held == null) {
            held = new HeldDeliveries();
        }
        held.add(entry, loop.limits().heldMax());
        loop.lookSoon(this);
    }

    private void sendHeld() {
        while (held != null) {
            DeliverEntry next = held.takeNext(lastSent);
            if (next == null) {
                return;
            }
            if (room() <= 0) {
                held = null;
                hint = true;
                return;
            }
            if (!isKnown(next.getSeq())) {
                send(next);
            }
            if (held.isEmpty()) {
                held = null;
            }
        }
    }

    /** The hold time is over: what still waits comes with a load. */
    void onLook() {
        if (ended) {
            return;
        }
        if (held != null) {
            held = null;
            hint = true;
        }
        if (hint && room() > 0) {
            wantLoad();
        }
    }

    /** The store may tell the tags by now. */
    void onAskForTags() {
        wantLoad();
    }

    private void send(DeliverEntry entry) {
        write(
                entry.getSeq(),
                entry.getPrevSeq(),
                entry.getLate(),
                entry.getMessageId(),
                entry.getExtension(),
                entry.getPayload());
    }

    private void write(
            long seq, long prevSeq, boolean late, ByteString messageId, ByteString extension, ByteString payload) {
        int flags = PushFlags.of(extension) | (late || seq < lastSent ? PushFrame.FLAG_LATE : 0);
        if (inFlight == null) {
            inFlight = new InFlight();
        }
        ByteBuffer id = messageId.asReadOnlyByteBuffer();
        inFlight.add(seq, id.getLong(), id.getLong(), loop.wallMs());
        lastSent = Math.max(lastSent, seq);
        hold(new Unacknowledged.Written(seq, prevSeq, flags, messageId, extension, payload));
        output.push(number, flags, seq, prevSeq < seq ? prevSeq : 0, messageId, extension, payload);
        if (inFlight.size() == 1) {
            output.onFirstInFlight();
        }
    }

    private void hold(Unacknowledged.Written written) {
        if (loop.mayHold(written.bytes())) {
            if (unacknowledged == null) {
                unacknowledged = new Unacknowledged();
            }
            unacknowledged.add(written);
        }
    }

    private boolean isKnown(long seq) {
        return (inFlight != null && inFlight.indexOf(seq) != InFlight.ABSENT) || (acks != null && acks.contains(seq));
    }

    private boolean isExpired(long expiresAtMs) {
        return expiresAtMs != 0 && expiresAtMs <= loop.wallMs();
    }

    /** Messages that may be written now. */
    private int room() {
        return output.writable() ? output.window() - inFlightCount() : 0;
    }

    // ---- loads
    // -------------------------------------------------------------------------------------------------------

    /** The binding is registered, or can't be just now: what the mailbox holds may be loaded. */
    public void onMayLoad() {
        assert loop.inLoop();
        mayLoad = true;
        wantLoad();
    }

    /** Word came by another way that there may be something in the mailbox. */
    public void onHint() {
        assert loop.inLoop();
        wantLoad();
    }

    /** There may be something in the mailbox. */
    private void wantLoad() {
        if (ended) {
            return;
        }
        if (load != LoadState.NONE || !mayLoad || room() <= 0) {
            // A load that is only wanted will see it; one under way may have been answered before.
            hint |= load != LoadState.WANTED;
            return;
        }
        hint = false;
        held = null;
        load = LoadState.WANTED;
        loop.requestLoad(this);
    }

    /**
     * The window, the socket or the client may have opened. A load waits until a quarter of the window is free, or a
     * moment, lest a client that works one message at a time costs a load for each.
     */
    public void onMayHaveOpened() {
        assert loop.inLoop();
        int room = room();
        if (!hint || ended || room <= 0 || load != LoadState.NONE) {
            return;
        }
        if (room * 4 >= output.window()) {
            wantLoad();
        } else {
            loop.lookSoon(this);
        }
    }

    /** What the next load asks for this binding; null where it is not wanted any more. */
    @Nullable
    LoadEntry startLoad() {
        if (ended || load != LoadState.WANTED) {
            return null;
        }
        int room = room();
        if (room <= 0) {
            load = LoadState.NONE;
            hint = true;
            return null;
        }
        load = LoadState.UNDER_WAY;
        LoadEntry.Builder entry = LoadEntry.newBuilder()
                .setApp(session.app())
                .setUser(session.user())
                .setMessagesMax(room)
                .setTagsVersion(tagsVersion)
                .setBytesMax(loop.limits().loadBytesMax().toIntBytes());
        if (inFlight != null) {
            inFlight.forEachSeq(entry::addInFlight);
        }
        acksInLoad = acks == null ? 0 : acks.end();
        addAcks(entry::addAcks);
        addUnanswered(entry);
        return entry.build();
    }

    /** The load failed or was not answered for this user; it stays wanted. */
    void onLoadFailed() {
        if (load == LoadState.UNDER_WAY) {
            load = LoadState.WANTED;
        }
    }

    /** Takes what the load brought. Returns false where it has to be asked again after a wait. */
    boolean onLoaded(LoadResult result) {
        assert loop.inLoop();
        int sent = ended ? 0 : sendLoaded(result.getMessagesList());
        // Only behind the messages: until then the log has to know of all that was acknowledged meanwhile.
        load = LoadState.NONE;
        confirmAcks(acksInLoad);
        if (ended) {
            return true;
        }
        if (result.getTagsKnown()) {
            loop.labels().onTags(this, result.getTagsList());
        } else {
            loop.askForTagsLater(this);
        }
        if (result.getOverflowed() > 0) {
            output.overflowed(number, result.getOverflowed());
        }
        hint |= result.getMore();
        if (result.getMore() && sent == 0 && room() > 0) {
            // Nothing new came although something is left: asking at once would turn in a circle.
            load = LoadState.WANTED;
            hint = false;
            return false;
        }
        onMayHaveOpened();
        return true;
    }

    private int sendLoaded(List<StoredMessage> messages) {
        int sent = 0;
        for (StoredMessage message : messages) {
            if (isKnown(message.getSeq())) {
                continue;
            }
            if (room() <= 0) {
                hint = true;
                break;
            }
            write(
                    message.getSeq(),
                    message.getPrevSeq(),
                    message.getLate(),
                    message.getMessageId(),
                    message.getExtension(),
                    message.getPayload());
            sent++;
        }
        return sent;
    }

    // ---- acks
    // --------------------------------------------------------------------------------------------------------

    /**
     * The client's word on one message; it may be one that an earlier connection delivered.
     *
     * @param kind one of AckFrame's
     */
    public void onAck(long seq, int kind, int argument) {
        assert loop.inLoop();
        if (ended) {
            return;
        }
        int index = inFlight == null ? InFlight.ABSENT : inFlight.indexOf(seq);
        if (index == InFlight.ABSENT && !mayConcern(seq, kind)) {
            return;
        }
        if (acks == null) {
            acks = new AckLog();
        }
        if (!loop.mayKeepAck(acks.unapplied())) {
            removeInFlight(seq, index);
            hint = true;
            return;
        }
        if (inFlight == null || index == InFlight.ABSENT) {
            acks.add(seq, kind, argument, 0, 0, 0, loop.wallMs());
        } else {
            inFlight.addAck(acks, index, kind, argument, loop.wallMs());
        }
        removeInFlight(seq, index);
        loop.ackAdded(this);
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
        if (load != LoadState.UNDER_WAY) {
            acks.trim();
            if (acks.size() == 0 && !acksUnderWay) {
                // Positions begin anew, so nobody may hold one of the old log.
                acks = null;
            }
        }
    }

    private void addUnanswered(LoadEntry.Builder entry) {
        if (inFlight != null) {
            long beforeMs = loop.wallMs() - loop.limits().unansweredAfter().toMillis();
            inFlight.reportUnanswered(Math.min(beforeMs, output.lastHeardAtMs() - 1), entry::addUnanswered);
        }
    }

    // ---- the end
    // -----------------------------------------------------------------------------------------------------

    /** The binding is over. Its acks still go to saver, and word of what a living client left unanswered. */
    public void end() {
        assert loop.inLoop();
        if (!ended) {
            close();
            if (unacknowledged != null) {
                loop.release(unacknowledged.bytes());
                unacknowledged = null;
            }
            inFlight = null;
        }
    }

    /** The binding is over here: another one, perhaps on another loop, may take its place. */
    public Remains handOver() {
        assert loop.inLoop() && !ended;
        boolean more = hint || held != null || load != LoadState.NONE;
        close();
        Remains remains = new Remains(loop, lastSent, tagsVersion, inFlight, unacknowledged, mayLoad, more);
        inFlight = null;
        unacknowledged = null;
        return remains;
    }

    private void close() {
        ended = true;
        held = null;
        LoadEntry.Builder report = LoadEntry.newBuilder().setApp(session.app()).setUser(session.user());
        addUnanswered(report);
        if (report.getUnansweredCount() > 0) {
            loop.report(report.build());
        }
    }

    // ---- a client that came right back
    // -----------------------------------------------------------------------------------

    /** Takes the place of a binding of a connection that was lost, behind the answer to the login. */
    public void resume(Remains remains) {
        assert loop.inLoop();
        hint = remains.hint();
        tagsVersion = remains.tagsVersion;
        loop.soon(() -> {
            remains.release();
            if (!ended) {
                mayLoad |= remains.mayLoad();
                boolean all = writeAgain(remains);
                if (all) {
                    lastSent = Math.max(lastSent, remains.lastSent);
                }
                if (hint || !all) {
                    wantLoad();
                }
            }
        });
    }

    /** Writes what was not acknowledged, as it was; false where some of it has to be loaded. */
    private boolean writeAgain(Remains remains) {
        boolean[] all = {true};
        if (remains.inFlight != null) {
            remains.inFlight.forEachSeq(seq -> {
                Unacknowledged.Written again = remains.unacknowledged == null ? null : remains.unacknowledged.get(seq);
                // What follows a gap waits for the load, which brings all of it in order.
                all[0] &= again != null && room() > 0;
                if (all[0] && again != null) {
                    boolean late = (again.flags() & PushFrame.FLAG_LATE) != 0;
                    write(seq, again.prevSeq(), late, again.messageId(), again.extension(), again.payload());
                }
            });
        }
        return all[0];
    }
}

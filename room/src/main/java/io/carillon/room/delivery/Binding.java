package io.carillon.room.delivery;

import com.google.protobuf.ByteString;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.LoadEntry;
import io.carillon.contract.LoadResult;
import io.carillon.contract.StoredMessage;
import io.carillon.protocol.PushFrame;
import io.carillon.room.registration.Session;
import java.util.List;
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
public final class Binding extends SentWindow {
    private enum LoadState {
        NONE,
        WANTED,
        UNDER_WAY
    }

    private final byte number;

    private long lastSent;
    private @Nullable HeldDeliveries held;
    private LoadState load = LoadState.NONE;
    private boolean mayLoad;
    /** There may be more in the mailbox than was sent. */
    private boolean hint = true;

    /** The next load has to bring the tags of this version of the app's or a later one. */
    private long tagsVersion;

    private boolean ended;
    /** Waits for the loop's next look at held deliveries. */
    boolean queuedForLook;
    /** Its tags could not be read: it waits for another load. */
    boolean queuedForTags;
    /** All unconfirmed acks before it ride in the load under way. */
    private long acksInLoad;

    public Binding(Session session, int number, PushOutput output, DeliveryLoop loop) {
        super(session, output, loop);
        this.number = (byte) number;
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
        boolean first = written(seq, prevSeq, flags, messageId, extension, payload);
        lastSent = Math.max(lastSent, seq);
        output.push(number, flags, seq, prevSeq < seq ? prevSeq : 0, messageId, extension, payload);
        if (first) {
            output.onFirstInFlight();
        }
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
        addInFlight(entry);
        acksInLoad = acksEnd();
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
        if (!ended) {
            switch (settle(seq, kind, argument)) {
                case KEPT -> loop.ackAdded(this);
                case DROPPED -> hint = true;
                case IGNORED -> {}
            }
        }
    }

    @Override
    boolean loadUnderWay() {
        return load == LoadState.UNDER_WAY;
    }

    // ---- the end
    // -----------------------------------------------------------------------------------------------------

    /** The binding is over. Its acks still go to saver, and word of what a living client left unanswered. */
    public void end() {
        assert loop.inLoop();
        if (!ended) {
            close();
            release();
        }
    }

    /** The binding is over here: another one, perhaps on another loop, may take its place. */
    public Remains handOver() {
        assert loop.inLoop() && !ended;
        boolean more = hint || held != null || load != LoadState.NONE;
        close();
        return leave(lastSent, tagsVersion, mayLoad, more);
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

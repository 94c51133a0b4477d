package io.carillon.sdk;

import io.carillon.protocol.AckFrame;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.sdk.store.ClientStore;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one inbox of a binding over all its connections, so that its listener gets each message once.
 *
 * <p>A message is <i>in progress</i> from the moment it is given to the listener's queue until its end is known and, where
 * it was taken, recorded; then it is <i>seen</i>. One that comes again while in progress only brings a newer seq to
 * acknowledge; one that is seen is acknowledged at once and goes nowhere. One that failed is forgotten and answered
 * "later", so it comes again. A notice is in progress while it is held until its moment, too.
 *
 * <p>A broadcast takes the same way, but nobody keeps it for this user: the room does not put it off. So one that failed,
 * or whose moment is far, stays in progress here and is handed over again from here; and as long as it is, the cursor of
 * the binding stays below it, so that it comes again after a restart. Confined to its client's thread, but for the calls
 * of the listener.
 */
final class Inbox {
    private static final int LATER_SECONDS_MIN = 2;
    private static final int LATER_SECONDS_MAX = 600;

    /** For a room that sends more than the window. */
    private static final int LATER_SECONDS_WHEN_FULL = 5;

    private static final int FAILURES_REMEMBERED = 512;

    /** Beyond it a broadcast is let go by; the cursor stays below it, so that it comes again at a later login. */
    private static final int BROADCASTS_IN_PROGRESS_MAX = 256;

    /** Timers are set for so long at most, and again. */
    private static final long BROADCAST_WAIT_MS_MAX = 3_600_000;

    private final Executor thread;
    private final Executor calls;
    private final AsyncMessageListener listener;
    private final SeenRecorder recorder;
    private final Requests requests;
    private final BroadcastCursors cursors;
    private final NoticeWaits waits;
    private final Acks acks;
    private final int inProgressMax;
    private final Set<MessageId> seen = new LinkedHashSet<>();
    private final Map<MessageId, InProgress> inProgress = new LinkedHashMap<>();
    private final Map<MessageId, Integer> failures = new LinkedHashMap<>();

    /** Of those in progress. */
    private int broadcasts;

    /** Read by the listener's calls. */
    private volatile boolean closed;

    /** Sends what became of a message, over whatever connection there is. */
    interface Acks {
        /** {@code kind} and {@code argument} as in AckFrame. */
        void ack(int kind, int argument, long seq, boolean broadcast);
    }

    private static final class InProgress {
        final Message message;
        long seq;

        InProgress(Message message) {
            this.message = message;
            this.seq = message.seq();
        }
    }

    Inbox(
            Executor thread,
            Executor calls,
            AsyncMessageListener listener,
            SeenRecorder recorder,
            Requests requests,
            BroadcastCursors cursors,
            NoticeWaits waits,
            Acks acks,
            int inProgressMax) {
        this.thread = thread;
        this.calls = calls;
        this.listener = listener;
        this.recorder = recorder;
        this.requests = requests;
        this.cursors = cursors;
        this.waits = waits;
        this.acks = acks;
        this.inProgressMax = inProgressMax;
    }

    /** What the store remembers: ids, oldest first. */
    void restore(List<byte[]> ids) {
        for (byte[] id : ids) {
            remember(MessageId.of(id));
        }
    }

    /**
     * What the store remembers of broadcasts; again, where it could not be read before.
     *
     * @return whether a login since then has claimed less than is known now
     */
    boolean restore(BroadcastCursors.Stored cursor) {
        return cursors.restore(cursor);
    }

    /** Whether the store could not tell yet which broadcasts came. */
    boolean cursorUnread() {
        return cursors.unread();
    }

    /** What a login tells of the broadcasts that came; null: nothing is known. */
    @Nullable
    BroadcastCursor broadcastCursor(int seenMax) {
        return cursors.wire(seenMax);
    }

    /** The room says that all up to there was sent, or is not for this binding. */
    void onBroadcastFloor(long floor) {
        if (!closed) {
            cursors.onFloor(floor);
        }
    }

    /** A message came, over any connection. */
    void onPush(Message message) {
        if (closed) {
            return;
        }
        MessageId id = message.id();
        InProgress known = inProgress.get(id);
        if (known != null) {
            known.seq = message.seq();
        } else if (message.isBroadcast()) {
            onBroadcast(message);
        } else if (seen.contains(id)) {
            ack(message, AckFrame.KIND_DONE, 0, message.seq());
        } else if (inProgress.size() - broadcasts >= inProgressMax) {
            ack(message, AckFrame.KIND_LATER, LATER_SECONDS_WHEN_FULL, message.seq());
        } else {
            start(message);
        }
    }

    private void onBroadcast(Message message) {
        if (!message.stored()) {
            start(message);
        } else if (cursors.has(message.seq())) {
            ack(message, AckFrame.KIND_DONE, 0, message.seq());
        } else if (seen.contains(message.id())) {
            // Handled before the cursor was kept.
            cursors.done(message.seq());
            ack(message, AckFrame.KIND_DONE, 0, message.seq());
        } else {
            cursors.opened(message.seq());
            if (broadcasts < BROADCASTS_IN_PROGRESS_MAX) {
                broadcasts++;
                InProgress started = new InProgress(message);
                inProgress.put(message.id(), started);
                handWhenDue(started);
            }
        }
    }

    /** Hands a broadcast over at its moment, which the room would not wait for. */
    private void handWhenDue(InProgress started) {
        long waitMs = waits.waitMs(started.message);
        if (closed) {
            return;
        }
        if (waitMs == 0) {
            hand(started);
        } else {
            waits.after(Math.min(waitMs, BROADCAST_WAIT_MS_MAX), () -> handWhenDue(started));
        }
    }

    private void start(Message message) {
        InProgress started = new InProgress(message);
        if (requests.answer(message)) {
            inProgress.put(message.id(), started);
            onEnded(started, null);
            return;
        }
        long waitMs = waits.waitMs(message);
        if (waitMs > 0 && !waits.hold(waitMs, () -> hand(started))) {
            ack(message, AckFrame.KIND_LATER, NoticeWaits.putOffSeconds(waitMs), message.seq());
            return;
        }
        inProgress.put(message.id(), started);
        if (waitMs == 0) {
            hand(started);
        }
    }

    /** Stored messages were dropped by the mailbox. */
    void onOverflow(int dropped) {
        try {
            calls.execute(() -> {
                if (!closed) {
                    listener.onOverflow(dropped);
                }
            });
        } catch (RejectedExecutionException e) {
            // Only news; the app's executor takes none.
            return;
        }
    }

    /** From now on the listener gets nothing. */
    void close() {
        closed = true;
    }

    private void hand(InProgress started) {
        try {
            calls.execute(() -> call(started));
        } catch (RejectedExecutionException e) {
            onEnded(started, e);
        }
    }

    /** On the callback executor. Whatever a listener throws, errors included, is the message's failure, not the SDK's. */
    private void call(InProgress started) {
        if (closed) {
            return;
        }
        try {
            CompletionStage<?> stage = Objects.requireNonNull(listened(started.message), "the listener's stage");
            stage.whenComplete((unused, failure) -> end(started, failure));
        } catch (Throwable failure) {
            end(started, failure);
        }
    }

    private CompletionStage<?> listened(Message message) throws Exception {
        Message.Notice notice = message.notice();
        return notice == null ? listener.onMessage(message) : listener.onNotice(message, notice);
    }

    private void end(InProgress started, @Nullable Throwable failure) {
        thread.execute(() -> onEnded(started, failure));
    }

    private void onEnded(InProgress ended, @Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause == null) {
            take(ended, AckFrame.KIND_DONE, 0);
        } else if (cause instanceof MessageRefusedException) {
            take(ended, AckFrame.KIND_REFUSED, ((MessageRefusedException) cause).reason());
        } else if (ended.message.isBroadcast() && ended.message.stored()) {
            int seconds = laterSeconds(ended.message.id());
            waits.after(TimeUnit.SECONDS.toMillis(seconds), () -> handWhenDue(ended));
        } else {
            inProgress.remove(ended.message.id());
            int seconds = laterSeconds(ended.message.id());
            ack(ended.message, AckFrame.KIND_LATER, seconds, ended.seq);
        }
    }

    private void take(InProgress taken, int kind, int argument) {
        MessageId id = taken.message.id();
        failures.remove(id);
        if (!taken.message.stored()) {
            onDurable(taken, kind, argument);
        } else {
            recorder.record(id, () -> onDurable(taken, kind, argument));
        }
    }

    private void onDurable(InProgress taken, int kind, int argument) {
        inProgress.remove(taken.message.id());
        remember(taken.message.id());
        if (taken.message.isBroadcast() && taken.message.stored()) {
            broadcasts--;
            cursors.done(taken.message.seq());
        }
        ack(taken.message, kind, argument, taken.seq);
    }

    private void ack(Message message, int kind, int argument, long seq) {
        if (message.stored()) {
            acks.ack(kind, argument, seq, message.isBroadcast());
        }
    }

    private void remember(MessageId id) {
        if (seen.add(id) && seen.size() > ClientStore.SEEN_IDS_MIN) {
            removeEldest(seen.iterator());
        }
    }

    private int laterSeconds(MessageId id) {
        Integer before = failures.remove(id);
        int count = before == null ? 0 : before;
        failures.put(id, Math.min(30, count + 1));
        if (failures.size() > FAILURES_REMEMBERED) {
            removeEldest(failures.keySet().iterator());
        }
        return (int) Math.min(LATER_SECONDS_MAX, (long) LATER_SECONDS_MIN << count);
    }

    private static void removeEldest(Iterator<MessageId> eldestFirst) {
        eldestFirst.next();
        eldestFirst.remove();
    }
}

package io.carillon.sdk;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * The uplinks of one binding for which somebody waits for the business's reply, by their ids. Confined to its client's
 * thread; futures are completed on the callback executor, beside the listener's queue, so that a listener that takes long
 * holds no reply up.
 *
 * <p>Bound: {@link #OPEN_MAX} are open, one more is refused.
 */
final class Requests {
    static final int OPEN_MAX = 64;

    private final ClientPorts ports;
    private final Map<String, Open> open = new HashMap<>();

    private static final class Open {
        final CompletableFuture<Message> reply;
        final Alarm deadline;

        Open(CompletableFuture<Message> reply, Alarm deadline) {
            this.reply = reply;
            this.deadline = deadline;
        }
    }

    Requests(ClientPorts ports) {
        this.ports = ports;
    }

    boolean full() {
        return open.size() >= OPEN_MAX;
    }

    /** Waits for the reply to an uplink until its deadline. */
    void add(String uplinkId, CompletableFuture<Message> reply, long deadlineMs) {
        Alarm deadline = new Alarm(ports);
        open.put(uplinkId, new Open(reply, deadline));
        deadline.set(deadlineMs, () -> fail(uplinkId, new TimeoutException("no reply within " + deadlineMs + " ms")));
    }

    /** Gives a message to whom waits for it; false where nobody does, any more. */
    boolean answer(Message message) {
        Open answered = open.remove(message.inReplyTo());
        if (answered == null) {
            return false;
        }
        answered.deadline.cancel();
        if (answered.reply.isDone()) {
            return false;
        }
        tell(() -> answered.reply.complete(message));
        return true;
    }

    /** The uplink has failed, or its time is over. */
    void fail(String uplinkId, Throwable failure) {
        Open failed = open.remove(uplinkId);
        if (failed != null) {
            failed.deadline.cancel();
            fail(failed.reply, failure);
        }
    }

    /** Fails one that never was open. An uplink without confirmation in time is a request without reply in time. */
    void fail(CompletableFuture<Message> reply, Throwable failure) {
        boolean late = failure instanceof UplinkException
                && ((UplinkException) failure).reason() == UplinkException.Reason.DEADLINE;
        Throwable cause = late ? new TimeoutException(failure.getMessage()) : failure;
        tell(() -> reply.completeExceptionally(cause));
    }

    /** Fails all. */
    void close(String why) {
        for (String id : new ArrayList<>(open.keySet())) {
            fail(id, new UplinkException(UplinkException.Reason.CLOSED, why));
        }
    }

    private void tell(Runnable completion) {
        try {
            ports.callbacks.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run();
        }
    }
}

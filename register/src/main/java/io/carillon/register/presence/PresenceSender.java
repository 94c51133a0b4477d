package io.carillon.register.presence;

import io.carillon.contract.PresenceChange;
import io.carillon.contract.PresencePutRequest;
import io.carillon.contract.PresencePutResponse;
import io.carillon.contract.PresenceRow;
import io.carillon.register.session.RegisterClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is decided to saver until it is taken: a user's states in order, one batch at a time, after a failure with a
 * pause that grows from {@link #RETRY_MIN_NS} to {@link #RETRY_MAX_NS}.
 *
 * <p>Bounds: a user stands in the line once, so the tracker's bound on users is the line's; a batch takes users until it has
 * {@link #BATCH_MAX} states, the last user's whole.
 *
 * <p>Guarded by the tracker's monitor, which the users' states are guarded by: {@link #add} is called under it; {@link #send}
 * is not, takes it for itself, and calls the store without it.
 */
final class PresenceSender {
    static final int BATCH_MAX = 500;
    static final long RETRY_MIN_NS = 100_000_000L;
    static final long RETRY_MAX_NS = 2_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(PresenceSender.class);

    private final PresenceStore store;
    private final RegisterClock clock;
    private final Object monitor;
    private final Answers answers;

    // Guarded by the monitor.
    private final ArrayDeque<TrackedUser> line = new ArrayDeque<>();
    private boolean sending;
    private int failures;
    private long retryNs;

    private record Sent(TrackedUser user, PresenceChange change) {}

    /** Told under the monitor what saver has of a user, once it has answered a change; that one is no longer unsent. */
    interface Answers {
        void onAnswered(TrackedUser user, PresenceChange change, PresenceRow row);
    }

    /** @param monitor the tracker's */
    PresenceSender(PresenceStore store, RegisterClock clock, Object monitor, Answers answers) {
        this.store = store;
        this.clock = clock;
        this.monitor = monitor;
        this.answers = answers;
        this.retryNs = clock.nanos();
    }

    /** What the user has unsent goes with the next batch that has place. */
    void add(TrackedUser user) {
        if (!user.inLine && !user.unsent.isEmpty()) {
            user.inLine = true;
            line.add(user);
        }
    }

    /** Sends the next batch, where one is due and none is under way. */
    void send() {
        List<Sent> batch;
        synchronized (monitor) {
            batch = nextBatch();
        }
        if (batch.isEmpty()) {
            return;
        }
        PresencePutRequest.Builder request = PresencePutRequest.newBuilder();
        batch.forEach(sent -> request.addChanges(sent.change));
        store.put(request.build()).whenComplete((response, failure) -> onAnswer(batch, response, failure));
    }

    private List<Sent> nextBatch() {
        List<Sent> batch = new ArrayList<>();
        if (sending || retryNs - clock.nanos() > 0) {
            return batch;
        }
        while (batch.size() < BATCH_MAX && !line.isEmpty()) {
            TrackedUser user = line.remove();
            user.inLine = false;
            user.unsent.forEach(change -> batch.add(new Sent(user, change)));
        }
        sending = !batch.isEmpty();
        return batch;
    }

    private void onAnswer(List<Sent> batch, @Nullable PresencePutResponse response, @Nullable Throwable failure) {
        if (response == null || response.getRowsCount() != batch.size()) {
            synchronized (monitor) {
                onFailed(batch, failure == null ? "another number of rows" : failure.toString());
            }
            return;
        }
        synchronized (monitor) {
            onTaken(batch, response.getRowsList());
        }
        send();
    }

    private void onFailed(List<Sent> batch, String reason) {
        sending = false;
        long pauseNs = Math.min(RETRY_MAX_NS, RETRY_MIN_NS << Math.min(failures, 10));
        if (failures++ == 0) {
            log.warn("presence not taken, it is sent again users={} error=\"{}\"", batch.size(), reason);
        }
        retryNs = clock.nanos() + pauseNs;
        batch.forEach(sent -> add(sent.user));
    }

    private void onTaken(List<Sent> batch, List<PresenceRow> rows) {
        sending = false;
        failures = 0;
        for (int i = 0; i < batch.size(); i++) {
            Sent sent = batch.get(i);
            sent.user.unsent.remove(sent.change);
            answers.onAnswered(sent.user, sent.change, rows.get(i));
        }
    }
}

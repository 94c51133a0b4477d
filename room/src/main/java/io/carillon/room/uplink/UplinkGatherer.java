package io.carillon.room.uplink;

import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import io.carillon.contract.UplinkResult;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.loop.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The uplinks of one loop, gathered into batches while others are under way. Event-loop confined. Nothing is repeated
 * here: the client holds the data until it is acknowledged, and repeats it with the same id.
 *
 * <p>A user's uplinks are stored in the order in which they came: he has some in one batch at a time, what comes
 * meanwhile waits for its answer, and where that says of one to come again, what waits is told so too.
 */
public final class UplinkGatherer {
    /** Told what became of an uplink, on the loop. */
    @FunctionalInterface
    public interface Answer {
        /** @param code 0, or one of the client protocol's */
        void onAnswer(UplinkEntry entry, int code, String text, int retryAfterSeconds);
    }

    private record Waiting(UplinkEntry entry, Answer answer) {
        UserKey user() {
            return new UserKey(entry.getApp(), entry.getUser());
        }
    }

    private record UserKey(String app, String user) {}

    private final Loop loop;
    private final UplinkLimits limits;
    private final Uplinks uplinks;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    /** By user with uplinks in a batch under way: what waits for its answer. */
    private final Map<UserKey, ArrayDeque<Waiting>> underWay = new HashMap<>();

    /** In {@link #underWay} together. */
    private int held;

    private int inFlight;
    private boolean sendScheduled;

    public UplinkGatherer(Loop loop, UplinkLimits limits, Uplinks uplinks) {
        this.loop = loop;
        this.limits = limits;
        this.uplinks = uplinks;
    }

    public UplinkLimits limits() {
        return limits;
    }

    public void add(UplinkEntry entry, Answer answer) {
        assert loop.inLoop();
        if (queue.size() + held >= limits.waitingMax()) {
            unavailable(new Waiting(entry, answer), "too many uplinks are waiting");
            return;
        }
        queue.add(new Waiting(entry, answer));
        schedule();
    }

    private void schedule() {
        if (!sendScheduled && !queue.isEmpty() && inFlight < limits.batchesMax()) {
            sendScheduled = true;
            loop.execute(this::send);
        }
    }

    private void send() {
        sendScheduled = false;
        UplinkRequest.Builder request = UplinkRequest.newBuilder();
        List<Waiting> sent = new ArrayList<>();
        Set<UserKey> users = new HashSet<>();
        long bytes = 0;
        while (sent.size() < limits.entriesMax()
                && bytes < limits.batchBytesMax().bytes()) {
            Waiting next = queue.poll();
            if (next == null) {
                break;
            }
            UserKey user = next.user();
            ArrayDeque<Waiting> behind = users.contains(user) ? null : underWay.get(user);
            if (behind != null) {
                behind.add(next);
                held++;
                continue;
            }
            users.add(user);
            request.addEntries(next.entry);
            sent.add(next);
            bytes += next.entry.getPayload().size();
        }
        if (!sent.isEmpty()) {
            users.forEach(user -> underWay.put(user, new ArrayDeque<>(0)));
            inFlight++;
            uplinks.uplink(request.build(), limits.callTimeout())
                    .whenComplete((answer, failure) -> loop.execute(() -> onAnswer(sent, users, answer)));
        }
        schedule();
    }

    private void onAnswer(List<Waiting> sent, Set<UserKey> users, @Nullable UplinkResponse answer) {
        inFlight--;
        if (answer == null || answer.getResultsCount() != sent.size()) {
            sent.forEach(waiting -> unavailable(waiting, "the uplink queue did not answer"));
            users.forEach(user -> release(user, true));
        } else {
            Set<UserKey> refused = tell(sent, answer);
            users.forEach(user -> release(user, refused.contains(user)));
        }
        schedule();
    }

    /** Returns the users of whom one is to come again. */
    private static Set<UserKey> tell(List<Waiting> sent, UplinkResponse answer) {
        Set<UserKey> refused = new HashSet<>();
        for (int i = 0; i < sent.size(); i++) {
            Waiting waiting = sent.get(i);
            UplinkResult result = answer.getResults(i);
            if (result.getRetryAfterSeconds() > 0) {
                refused.add(waiting.user());
            }
            waiting.answer.onAnswer(waiting.entry, result.getCode(), result.getText(), result.getRetryAfterSeconds());
        }
        return refused;
    }

    /** Lets go of what waited for a user's batch: on, in its order, or back to the client with what it waited for. */
    private void release(UserKey user, boolean refused) {
        ArrayDeque<Waiting> behind = underWay.remove(user);
        if (behind == null) {
            return;
        }
        held -= behind.size();
        if (refused) {
            behind.forEach(waiting -> unavailable(waiting, "one that was sent before was not taken"));
        } else {
            // Before what has come since, which may be of the same user.
            behind.descendingIterator().forEachRemaining(queue::addFirst);
        }
    }

    private void unavailable(Waiting waiting, String text) {
        waiting.answer.onAnswer(waiting.entry, ProtocolCode.UNAVAILABLE.wire(), text, (int)
                limits.retryAfter().toSeconds());
    }
}

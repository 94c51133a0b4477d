package io.carillon.room.uplink;

import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import io.carillon.contract.UplinkResult;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.loop.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The uplinks of one loop, gathered into batches while others are under way. Event-loop confined. Nothing is repeated
 * here: the client holds the data until it is acknowledged, and repeats it with the same id.
 */
public final class UplinkGatherer {
    /** Told what became of an uplink, on the loop. */
    @FunctionalInterface
    public interface Answer {
        /** @param code 0, or one of the client protocol's */
        void onAnswer(UplinkEntry entry, int code, String text, int retryAfterSeconds);
    }

    private record Waiting(UplinkEntry entry, Answer answer) {}

    private final Loop loop;
    private final UplinkLimits limits;
    private final Uplinks uplinks;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
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
        if (queue.size() >= limits.waitingMax()) {
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
        long bytes = 0;
        while (sent.size() < limits.entriesMax()
                && bytes < limits.batchBytesMax().bytes()) {
            Waiting next = queue.poll();
            if (next == null) {
                break;
            }
            request.addEntries(next.entry);
            sent.add(next);
            bytes += next.entry.getPayload().size();
        }
        if (!sent.isEmpty()) {
            inFlight++;
            uplinks.uplink(request.build(), limits.callTimeout())
                    .whenComplete((answer, failure) -> loop.execute(() -> onAnswer(sent, answer)));
        }
        schedule();
    }

    private void onAnswer(List<Waiting> sent, @Nullable UplinkResponse answer) {
        inFlight--;
        UplinkResponse complete = answer != null && answer.getResultsCount() == sent.size() ? answer : null;
        for (int i = 0; i < sent.size(); i++) {
            Waiting waiting = sent.get(i);
            if (complete != null) {
                UplinkResult result = complete.getResults(i);
                waiting.answer.onAnswer(
                        waiting.entry, result.getCode(), result.getText(), result.getRetryAfterSeconds());
            } else {
                unavailable(waiting, "the uplink queue did not answer");
            }
        }
        schedule();
    }

    private void unavailable(Waiting waiting, String text) {
        waiting.answer.onAnswer(waiting.entry, ProtocolCode.UNAVAILABLE.wire(), text, (int)
                limits.retryAfter().toSeconds());
    }
}

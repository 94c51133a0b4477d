package io.carillon.room.delivery;

import io.carillon.contract.LoadEntry;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.room.loop.Backoff;
import io.carillon.room.loop.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loads of one loop, gathered into batches while others are under way. Event-loop confined.
 *
 * <p>A load is retried until it is answered. The queue holds each binding at most once, so it is bounded by the bindings
 * of the loop; a binding that has ended is skipped when its turn comes.
 */
final class LoadGatherer {
    private static final Logger log = LoggerFactory.getLogger(LoadGatherer.class);

    private static final int REPORTS_MAX = 10_000;

    private final Loop loop;
    private final DeliveryLimits limits;
    private final Mailboxes mailboxes;
    private final String room;
    private final Backoff backoff;
    private final ArrayDeque<Binding> queue = new ArrayDeque<>();
    private List<Binding> putOff = new ArrayList<>();
    /** Entries that ask for nothing; what they report is lost where the call fails, and where too many wait. */
    private final ArrayDeque<LoadEntry> reports = new ArrayDeque<>();

    private int inFlight;
    private boolean sendScheduled;

    LoadGatherer(Loop loop, DeliveryLimits limits, Mailboxes mailboxes, String room, LongUnaryOperator randomBelow) {
        this.loop = loop;
        this.limits = limits;
        this.mailboxes = mailboxes;
        this.room = room;
        this.backoff =
                new Backoff(limits.retryFirst().toNanos(), limits.retryMax().toNanos(), randomBelow);
    }

    int waiting() {
        return queue.size() + putOff.size();
    }

    void add(Binding binding) {
        queue.add(binding);
        schedule();
    }

    /** Sends an entry that asks for nothing along with the next load. */
    void report(LoadEntry entry) {
        if (reports.size() < REPORTS_MAX) {
            reports.add(entry);
            schedule();
        }
    }

    private void schedule() {
        if (sendScheduled || (queue.isEmpty() && reports.isEmpty()) || inFlight >= limits.loadsInFlightMax()) {
            return;
        }
        sendScheduled = true;
        if (inFlight == 0 || queue.size() >= limits.loadEntriesMax()) {
            // Not at once: what else this turn of the loop asks for comes along.
            loop.execute(this::send);
        } else {
            loop.after(limits.loadGather().toNanos(), this::send);
        }
    }

    private void send() {
        sendScheduled = false;
        if (inFlight >= limits.loadsInFlightMax()) {
            return;
        }
        LoadRequest.Builder request = LoadRequest.newBuilder().setRoom(room);
        List<Binding> asked = new ArrayList<>();
        long bytes = 0;
        while (asked.size() < limits.loadEntriesMax()
                && bytes < limits.loadBatchBytesMax().bytes()) {
            Binding binding = queue.poll();
            if (binding == null) {
                break;
            }
            LoadEntry entry = binding.startLoad();
            if (entry != null) {
                request.addEntries(entry);
                asked.add(binding);
                bytes += entry.getBytesMax();
            }
        }
        while (request.getEntriesCount() < limits.loadEntriesMax() && !reports.isEmpty()) {
            request.addEntries(reports.remove());
        }
        int entries = request.getEntriesCount();
        if (entries > 0) {
            inFlight++;
            mailboxes
                    .load(request.build(), limits.callTimeout())
                    .whenComplete((answer, failure) -> loop.execute(() -> onAnswer(asked, entries, answer, failure)));
        }
        schedule();
    }

    private void onAnswer(
            List<Binding> asked, int entries, @Nullable LoadResponse answer, @Nullable Throwable failure) {
        inFlight--;
        LoadResponse complete = answer != null && answer.getResultsCount() == entries ? answer : null;
        if (complete == null) {
            log.debug("load failed users={} cause={}", asked.size(), String.valueOf(failure));
        }
        int putOffBefore = putOff.size();
        for (int i = 0; i < asked.size(); i++) {
            Binding binding = asked.get(i);
            if (complete == null || !complete.getResults(i).getLoaded()) {
                binding.onLoadFailed();
                putOff.add(binding);
            } else if (!binding.onLoaded(complete.getResults(i))) {
                putOff.add(binding);
            }
        }
        if (putOff.size() == putOffBefore) {
            backoff.succeeded();
        } else if (putOffBefore == 0) {
            loop.after(backoff.failed(), this::takeBack);
        }
        schedule();
    }

    private void takeBack() {
        queue.addAll(putOff);
        putOff = new ArrayList<>();
        schedule();
    }
}

package io.carillon.center.message;

import io.carillon.center.fleet.Fleet;
import io.carillon.contract.PutEntry;
import io.carillon.rpc.RetryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * Stores the messages of a request through savers: in calls bounded by count and bytes, a few at a time, each tried
 * again on another saver while its deadline and the retry budget last. Thread-safe.
 */
public final class MessageStore {
    private final Fleet fleet;
    private final RetryBudget budget;
    private final StoreBounds bounds;
    private final ScheduledExecutorService scheduler;
    private final LongSupplier nanoTime;
    private final String center;

    /**
     * @param scheduler for the pauses between attempts
     * @param nanoTime monotonic
     * @param center this process, for the ledger
     */
    public MessageStore(
            Fleet fleet,
            RetryBudget budget,
            StoreBounds bounds,
            ScheduledExecutorService scheduler,
            LongSupplier nanoTime,
            String center) {
        this.fleet = fleet;
        this.budget = budget;
        this.bounds = bounds;
        this.scheduler = scheduler;
        this.nanoTime = nanoTime;
        this.center = center;
    }

    /** One outcome for each entry, in their order, within the deadline. Never fails. */
    CompletableFuture<List<StoreOutcome>> put(List<PutEntry> entries) {
        long deadlineNs = nanoTime.getAsLong() + bounds.deadline().toNanos();
        List<List<PutEntry>> calls = split(entries);
        List<StoreOutcome> outcomes = new ArrayList<>(entries.size());
        return putFrom(calls, 0, deadlineNs, outcomes).thenApply(ignored -> outcomes);
    }

    /** A wave of calls at a time: a request of large payloads must not take all that savers can have in flight. */
    private CompletableFuture<?> putFrom(
            List<List<PutEntry>> calls, int from, long deadlineNs, List<StoreOutcome> outcomes) {
        if (from >= calls.size()) {
            return CompletableFuture.completedFuture(null);
        }
        int to = Math.min(calls.size(), from + bounds.callsInFlightMax());
        List<CompletableFuture<List<StoreOutcome>>> wave = calls.subList(from, to).stream()
                .map(call -> new PutCall(fleet, budget, bounds, scheduler, nanoTime, center, call, deadlineNs).start())
                .toList();
        return CompletableFuture.allOf(wave.toArray(CompletableFuture<?>[]::new))
                .thenCompose(ignored -> {
                    wave.forEach(done -> outcomes.addAll(done.join()));
                    return putFrom(calls, to, deadlineNs, outcomes);
                });
    }

    private List<List<PutEntry>> split(List<PutEntry> entries) {
        List<List<PutEntry>> calls = new ArrayList<>();
        List<PutEntry> call = new ArrayList<>();
        long bytes = 0;
        for (PutEntry entry : entries) {
            int size = entry.getSerializedSize();
            boolean full = call.size() >= bounds.callEntriesMax() || bytes + size > bounds.callBytesMax();
            if (full && !call.isEmpty()) {
                calls.add(call);
                call = new ArrayList<>();
                bytes = 0;
            }
            call.add(entry);
            bytes += size;
        }
        if (!call.isEmpty()) {
            calls.add(call);
        }
        return calls;
    }
}

package io.carillon.center.message;

import io.carillon.center.fleet.Fleet;
import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutRequest;
import io.carillon.contract.PutResponse;
import io.carillon.contract.PutResult;
import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way into the stores, over as many attempts as it takes.
 *
 * <p>The rule that must hold: an entry is called NOT_STORED only if no attempt at it can have been executed, or each was
 * refused by the stores. One attempt that ended open (a lost connection, a deadline, UNKNOWN) makes the entry UNKNOWN
 * for good, unless a later attempt stores it: ids make a repeat harmless, and nothing takes an attempt back.
 *
 * <p>One attempt is under way at a time, and its completion starts the next: the fields need no lock.
 */
final class PutCall {
    private static final long PAUSE_FIRST_MS = 20;

    private final Fleet fleet;
    private final RetryBudget budget;
    private final StoreBounds bounds;
    private final ScheduledExecutorService scheduler;
    private final LongSupplier nanoTime;
    private final String center;
    private final List<PutEntry> entries;
    private final long deadlineNs;

    private final CompletableFuture<List<StoreOutcome>> done = new CompletableFuture<>();
    private final @Nullable StoreOutcome[] outcomes;
    private final boolean[] maybeExecuted;
    private final PutResult[] lastWords;
    private final Set<String> tried = new HashSet<>();
    private List<Integer> pending = new ArrayList<>();
    private int attempts;

    PutCall(
            Fleet fleet,
            RetryBudget budget,
            StoreBounds bounds,
            ScheduledExecutorService scheduler,
            LongSupplier nanoTime,
            String center,
            List<PutEntry> entries,
            long deadlineNs) {
        this.fleet = fleet;
        this.budget = budget;
        this.bounds = bounds;
        this.scheduler = scheduler;
        this.nanoTime = nanoTime;
        this.center = center;
        this.entries = entries;
        this.deadlineNs = deadlineNs;
        outcomes = new StoreOutcome[entries.size()];
        maybeExecuted = new boolean[entries.size()];
        lastWords = new PutResult[entries.size()];
        Arrays.fill(lastWords, PutResult.getDefaultInstance());
        for (int i = 0; i < entries.size(); i++) {
            pending.add(i);
        }
    }

    CompletableFuture<List<StoreOutcome>> start() {
        budget.onCall();
        attempt();
        return done;
    }

    private void attempt() {
        long leftNs = deadlineNs - nanoTime.getAsLong();
        RpcPeer saver = leftNs > 0 ? fleet.saver(tried) : null;
        attempts++;
        if (saver == null) {
            retryOrFinish();
            return;
        }
        tried.add(saver.name());
        PutRequest.Builder request = PutRequest.newBuilder().setCenter(center);
        pending.forEach(i -> request.addEntries(
                maybeExecuted[i] ? entries.get(i).toBuilder().setAgain(true).build() : entries.get(i)));
        Duration timeout =
                Duration.ofNanos(Math.min(leftNs, bounds.attemptTimeout().toNanos()));
        saver.call(SaverMethods.PUT, request.build(), timeout).whenComplete(this::onAnswer);
    }

    private void onAnswer(@Nullable PutResponse response, @Nullable Throwable failure) {
        if (response != null && response.getResultsCount() == pending.size()) {
            settle(response);
        } else if (response != null || !SaverClient.notExecuted(failure)) {
            pending.forEach(i -> maybeExecuted[i] = true);
        }
        if (pending.isEmpty()) {
            finish();
        } else {
            retryOrFinish();
        }
    }

    private void settle(PutResponse response) {
        List<Integer> open = new ArrayList<>();
        for (int k = 0; k < pending.size(); k++) {
            int i = pending.get(k);
            PutResult result = response.getResults(k);
            lastWords[i] = result;
            switch (result.getStatus()) {
                case PUT_STATUS_STORED -> outcomes[i] = new StoreOutcome(StoreOutcome.Kind.STORED, result);
                case PUT_STATUS_REJECTED -> outcomes[i] = new StoreOutcome(StoreOutcome.Kind.REJECTED, result);
                case PUT_STATUS_NOT_STORED -> outcomes[i] = unstored(i);
                case PUT_STATUS_UNKNOWN, PUT_STATUS_UNSPECIFIED, UNRECOGNIZED -> {
                    maybeExecuted[i] = true;
                    open.add(i);
                }
            }
        }
        pending = open;
    }

    private void retryOrFinish() {
        boolean timeLeft = deadlineNs - nanoTime.getAsLong() > 0;
        if (!timeLeft || attempts >= bounds.attemptsMax() || !budget.tryRetry()) {
            finish();
        } else if (fleet.saver(tried) != null) {
            attempt();
        } else {
            // Every saver had its turn: all may be asked again, after a pause that grows.
            tried.clear();
            attemptLater();
        }
    }

    private void attemptLater() {
        try {
            scheduler.schedule(this::attempt, PAUSE_FIRST_MS << attempts, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            finish();
        }
    }

    private void finish() {
        List<StoreOutcome> all = new ArrayList<>(outcomes.length);
        for (int i = 0; i < outcomes.length; i++) {
            StoreOutcome outcome = outcomes[i];
            all.add(outcome != null ? outcome : unstored(i));
        }
        done.complete(all);
    }

    private StoreOutcome unstored(int i) {
        return new StoreOutcome(
                maybeExecuted[i] ? StoreOutcome.Kind.UNKNOWN : StoreOutcome.Kind.NOT_STORED, lastWords[i]);
    }
}

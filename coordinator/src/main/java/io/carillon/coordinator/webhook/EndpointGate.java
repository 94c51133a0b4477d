package io.carillon.coordinator.webhook;

import com.linecorp.armeria.client.circuitbreaker.CircuitBreaker;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands before one endpoint: so many calls at a time, so many that wait, none while its circuit is open, and none any
 * more once it answered 410. Thread-safe: the queue and the counts are guarded by {@code this}; calls are made outside.
 */
final class EndpointGate {
    private static final WebhookOutcome GONE_BEFORE =
            new WebhookOutcome(WebhookOutcome.Kind.GONE, "the endpoint answered 410 before");
    private static final WebhookOutcome CIRCUIT_OPEN =
            new WebhookOutcome(WebhookOutcome.Kind.NOT_ATTEMPTED, "the endpoint's circuit is open");
    private static final WebhookOutcome TOO_LATE =
            new WebhookOutcome(WebhookOutcome.Kind.NOT_ATTEMPTED, "its turn came too late");

    private final WebhookBounds bounds;
    private final CircuitBreaker circuit;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int inFlight;
    private volatile boolean gone;

    EndpointGate(String url, WebhookBounds bounds) {
        this.bounds = bounds;
        circuit = CircuitBreaker.builder(url).build();
    }

    /** Makes the call now or when its turn comes, if it is {@code inTime} then. */
    CompletableFuture<WebhookOutcome> call(Supplier<CompletableFuture<WebhookOutcome>> call, BooleanSupplier inTime) {
        Waiting entry = new Waiting(call, inTime, new CompletableFuture<>());
        synchronized (this) {
            if (waiting.size() >= bounds.waitingMax()) {
                return CompletableFuture.completedFuture(WebhookOutcome.BUSY);
            }
            waiting.add(entry);
        }
        drain();
        return entry.outcome;
    }

    boolean gone() {
        return gone;
    }

    void reopen() {
        gone = false;
    }

    private void drain() {
        for (Waiting next = next(); next != null; next = next()) {
            WebhookOutcome refusal = refusal(next);
            if (refusal == null) {
                start(next);
            } else {
                release();
                next.outcome.complete(refusal);
            }
        }
    }

    private synchronized @Nullable Waiting next() {
        if (inFlight >= bounds.inFlightMax() || waiting.isEmpty()) {
            return null;
        }
        inFlight++;
        return waiting.remove();
    }

    private synchronized void release() {
        inFlight--;
    }

    private @Nullable WebhookOutcome refusal(Waiting entry) {
        if (gone) {
            return GONE_BEFORE;
        }
        if (!entry.inTime.getAsBoolean()) {
            return TOO_LATE;
        }
        return circuit.tryRequest() ? null : CIRCUIT_OPEN;
    }

    private void start(Waiting entry) {
        entry.call.get().whenComplete((outcome, failure) -> {
            WebhookOutcome ended = failure == null ? outcome : WebhookOutcome.failed(failure.toString());
            if (ended.kind() == WebhookOutcome.Kind.FAILED) {
                circuit.onFailure();
            } else {
                circuit.onSuccess();
            }
            gone |= ended.kind() == WebhookOutcome.Kind.GONE;
            release();
            entry.outcome.complete(ended);
            drain();
        });
    }

    private record Waiting(
            Supplier<CompletableFuture<WebhookOutcome>> call,
            BooleanSupplier inTime,
            CompletableFuture<WebhookOutcome> outcome) {}
}

package io.carillon.coordinator.uplink;

import io.carillon.contract.StoredUplink;
import io.carillon.coordinator.webhook.WebhookClient;
import io.carillon.coordinator.webhook.WebhookEndpoint;
import io.carillon.coordinator.webhook.WebhookMessage;
import io.carillon.coordinator.webhook.WebhookOutcome;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers events of one type for one endpoint into one call. Of a user there is at most one in a batch, since his next
 * comes here when this one is delivered, so batches may be under way at the same time.
 *
 * <p>Bounds: {@link #BATCH_MAX} events and {@link #GATHER_MS} a batch; so many events of an endpoint that wait or are under
 * way, beyond which it is busy.
 * Thread-safe: guarded by {@code this}, calls are made outside of it.
 */
public final class WebhookBatches {
    static final int BATCH_MAX = 100;
    static final long GATHER_MS = 20;

    private final WebhookClient client;
    private final ScheduledExecutorService scheduler;
    private final Clock clock;
    private final int endpointEventsMax;
    private final Map<Address, List<Waiting>> gathered = new HashMap<>();
    /** Events that wait or are under way. */
    private final Map<WebhookEndpoint, Integer> open = new HashMap<>();

    private record Address(WebhookEndpoint endpoint, List<String> secrets, String type) {}

    private record Waiting(StoredUplink event, BooleanSupplier inTime, CompletableFuture<WebhookOutcome> outcome) {}

    public WebhookBatches(
            WebhookClient client, ScheduledExecutorService scheduler, Clock clock, int endpointEventsMax) {
        this.client = client;
        this.scheduler = scheduler;
        this.clock = clock;
        this.endpointEventsMax = endpointEventsMax;
    }

    /** Never fails. */
    CompletableFuture<WebhookOutcome> post(
            WebhookEndpoint endpoint, List<String> secrets, StoredUplink event, BooleanSupplier inTime) {
        Address address = new Address(endpoint, secrets, WebhookBody.type(event.getEntry()));
        Waiting one = new Waiting(event, inTime, new CompletableFuture<>());
        List<Waiting> full;
        synchronized (this) {
            if (open.getOrDefault(endpoint, 0) >= endpointEventsMax) {
                return CompletableFuture.completedFuture(WebhookOutcome.BUSY);
            }
            open.merge(endpoint, 1, Integer::sum);
            full = add(address, one);
        }
        if (full != null) {
            send(address, full);
        }
        return one.outcome;
    }

    private @Nullable List<Waiting> add(Address address, Waiting one) {
        List<Waiting> waiting = gathered.computeIfAbsent(address, ignored -> new ArrayList<>());
        waiting.add(one);
        if (waiting.size() == BATCH_MAX) {
            return gathered.remove(address);
        }
        if (waiting.size() == 1) {
            try {
                scheduler.schedule(() -> flush(address), GATHER_MS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopping) {
                return gathered.remove(address);
            }
        }
        return null;
    }

    private void flush(Address address) {
        List<Waiting> waiting;
        synchronized (this) {
            waiting = gathered.remove(address);
        }
        if (waiting != null) {
            send(address, waiting);
        }
    }

    private void send(Address address, List<Waiting> batch) {
        List<StoredUplink> events = batch.stream().map(Waiting::event).toList();
        WebhookMessage message = events.size() == 1
                ? new WebhookMessage(
                        WebhookBody.id(events.getFirst()), WebhookBody.of(events.getFirst()), address.secrets)
                : new WebhookMessage(
                        WebhookBody.id(events), WebhookBody.batch(events, clock.millis()), address.secrets);
        client.post(address.endpoint, message, () -> batch.stream().allMatch(one -> one.inTime.getAsBoolean()))
                .thenAccept(outcome -> {
                    release(address.endpoint, batch.size());
                    batch.forEach(one -> one.outcome.complete(outcome));
                });
    }

    private synchronized void release(WebhookEndpoint endpoint, int count) {
        open.computeIfPresent(endpoint, (any, events) -> events > count ? events - count : null);
    }
}

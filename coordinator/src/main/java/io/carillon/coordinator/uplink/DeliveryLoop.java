package io.carillon.coordinator.uplink;

import io.carillon.contract.EventKind;
import io.carillon.contract.NodeRef;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import io.carillon.coordinator.webhook.WebhookOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes uplinks from the queue under a lease and has them delivered, a user's one after the other.
 *
 * <p>The queue hands out a user's uplinks in order and holds back what comes after one that is leased or waits for a
 * retry. Here the order is kept within a take: after a failure the rest of that user's goes back, unless the failed one
 * has failed three times, which is when it steps aside for both. What can't be attempted (open circuit) is neither
 * settled nor given back: it stays leased, which is the pause that it needs. What there is too much of for one endpoint
 * goes back for a moment, so that it takes no place in hand from others', and nothing more is taken for it until then;
 * the place in hand is shared out by {@link Lanes}. What is for a user goes in a line for each endpoint.
 *
 * <p>One question to the queue is under way at a time; {@link #wake} asks at once. Thread-safe: counts are guarded by
 * {@code this}.
 */
public final class DeliveryLoop {
    private static final Logger log = LoggerFactory.getLogger(DeliveryLoop.class);
    private static final int FAILURES_IN_ORDER_MAX = 3;
    /** In which others are taken from the queue. */
    private static final long BUSY_PAUSE_MS = 2_000;
    /** While an endpoint's circuit is open, it is asked as often whether it still is. */
    private static final long CLOSED_NS = TimeUnit.SECONDS.toNanos(5);

    private final UplinkStore store;
    private final UplinkPost post;
    private final RetrySchedule retries;
    private final RetrySchedule presenceRetries;
    private final DeliveryBounds bounds;
    private final NodeRef self;
    private final ScheduledExecutorService scheduler;
    private final LongSupplier nanoTime;
    private final UplinkListener listener;
    private final Settlements settlements;

    // Guarded by this.
    private final Lanes lanes = new Lanes();
    private int inHand;
    private boolean taking;
    private boolean wakened;
    private boolean stopped;

    /** What goes one after the other: what is for one endpoint waits for nothing that is for another. */
    private record Line(String app, String user, EventKind kind, long endpoint) {}

    /** @param nanoTime monotonic */
    public DeliveryLoop(
            UplinkStore store,
            UplinkPost post,
            RetrySchedule retries,
            RetrySchedule presenceRetries,
            DeliveryBounds bounds,
            NodeRef self,
            ScheduledExecutorService scheduler,
            LongSupplier nanoTime,
            UplinkListener listener) {
        this.store = store;
        this.post = post;
        this.retries = retries;
        this.presenceRetries = presenceRetries;
        this.bounds = bounds;
        this.self = self;
        this.scheduler = scheduler;
        this.nanoTime = nanoTime;
        this.listener = listener;
        settlements = new Settlements(store, scheduler);
    }

    /** Begins to ask. */
    public void start() {
        long pollMs = bounds.pollInterval().toMillis();
        scheduler.scheduleWithFixedDelay(this::wake, 0, pollMs, TimeUnit.MILLISECONDS);
    }

    /** There may be something in the queue. */
    public void wake() {
        UplinkTakeRequest.Builder request;
        synchronized (this) {
            wakened = true;
            int free = bounds.inHandMax() - inHand;
            if (stopped || taking || free <= 0) {
                return;
            }
            taking = true;
            wakened = false;
            request = lanes.ask(free, nanoTime.getAsLong());
        }
        take(request);
    }

    /** Asks no more. What is in hand goes on to its end. */
    public synchronized void stop() {
        stopped = true;
    }

    /** Taken and not settled yet. */
    public synchronized int inHand() {
        return inHand;
    }

    private void take(UplinkTakeRequest.Builder builder) {
        UplinkTakeRequest request = builder.setCoordinator(self)
                .setLeaseMs(bounds.lease().toMillis())
                .build();
        long leasedUntilNs = nanoTime.getAsLong() + bounds.lease().toNanos();
        store.take(request).whenComplete((response, failure) -> onTaken(response, leasedUntilNs));
    }

    private void onTaken(@Nullable UplinkTakeResponse response, long leasedUntilNs) {
        List<StoredUplink> taken = response == null ? List.of() : response.getUplinksList();
        boolean again;
        synchronized (this) {
            taking = false;
            inHand += taken.size();
            again = wakened || !taken.isEmpty();
            if (response != null) {
                again |= lanes.taken(response);
            }
        }
        Map<Line, List<StoredUplink>> byUser = new LinkedHashMap<>();
        for (StoredUplink uplink : taken) {
            Line user = new Line(
                    uplink.getEntry().getApp(),
                    uplink.getEntry().getUser(),
                    uplink.getEntry().getKind(),
                    uplink.getEntry().getEndpoint());
            byUser.computeIfAbsent(user, ignored -> new ArrayList<>()).add(uplink);
        }
        byUser.values().forEach(chain -> deliver(chain, 0, leasedUntilNs));
        if (again) {
            wake();
        }
    }

    /** Delivers the chain from {@code index} on, one after the other. */
    private void deliver(List<StoredUplink> chain, int index, long leasedUntilNs) {
        if (index == chain.size()) {
            return;
        }
        if (!inTime(leasedUntilNs)) {
            giveBack(chain, index, 0);
            return;
        }
        StoredUplink uplink = chain.get(index);
        // By way of the scheduler: outcomes that come at once must not go deeper with each uplink of the chain.
        post.post(uplink, () -> inTime(leasedUntilNs))
                .whenCompleteAsync(
                        (outcome, failure) -> {
                            WebhookOutcome ended = outcome != null
                                    ? outcome
                                    : new WebhookOutcome(WebhookOutcome.Kind.FAILED, String.valueOf(failure));
                            onOutcome(chain, index, leasedUntilNs, ended);
                        },
                        scheduler);
    }

    /** The lease covers another attempt. */
    private boolean inTime(long leasedUntilNs) {
        return leasedUntilNs - nanoTime.getAsLong() >= bounds.attempt().toNanos();
    }

    private void onOutcome(List<StoredUplink> chain, int index, long leasedUntilNs, WebhookOutcome outcome) {
        StoredUplink uplink = chain.get(index);
        boolean goOn =
                switch (outcome.kind()) {
                    case DELIVERED -> {
                        settle(uplink, UplinkFate.UPLINK_FATE_DELIVERED, 0, "");
                        yield true;
                    }
                    case GONE -> {
                        settle(uplink, UplinkFate.UPLINK_FATE_DEAD, 0, outcome.detail());
                        yield true;
                    }
                    case FAILED -> onFailed(uplink, outcome.detail());
                    case NOT_ATTEMPTED -> {
                        close(uplink, CLOSED_NS);
                        leave(chain.subList(index, chain.size()));
                        yield false;
                    }
                    case BUSY -> {
                        close(uplink, TimeUnit.MILLISECONDS.toNanos(BUSY_PAUSE_MS));
                        giveBack(chain, index, BUSY_PAUSE_MS);
                        yield false;
                    }
                };
        if (goOn) {
            deliver(chain, index + 1, leasedUntilNs);
        } else if (outcome.kind() == WebhookOutcome.Kind.FAILED) {
            giveBack(chain, index + 1, 0);
        }
    }

    /** True where the user's next uplink need not wait for this one. */
    private boolean onFailed(StoredUplink uplink, String detail) {
        int failures = uplink.getAttempts() + 1;
        boolean presence = uplink.getEntry().getKind() == EventKind.EVENT_KIND_PRESENCE;
        long pauseMs = (presence ? presenceRetries : retries).pauseMs(failures);
        log.info(
                "event failed id={} kind={} app={} failures={} retry_ms={} reason={}",
                uplink.getId(),
                uplink.getEntry().getKind(),
                uplink.getEntry().getApp(),
                failures,
                pauseMs,
                detail);
        if (pauseMs < 0) {
            settle(uplink, UplinkFate.UPLINK_FATE_DEAD, 0, detail);
            return true;
        }
        settle(uplink, UplinkFate.UPLINK_FATE_RETRY, pauseMs, detail);
        return failures >= FAILURES_IN_ORDER_MAX;
    }

    private void giveBack(List<StoredUplink> chain, int from, long pauseMs) {
        chain.subList(from, chain.size())
                .forEach(uplink -> settle(uplink, UplinkFate.UPLINK_FATE_RETURNED, pauseMs, ""));
    }

    private void leave(List<StoredUplink> uplinks) {
        uplinks.forEach(uplink -> {
            listener.onLeft();
            release(uplink);
        });
    }

    private synchronized void close(StoredUplink uplink, long forNs) {
        lanes.close(uplink.getLane(), nanoTime.getAsLong() + forNs);
    }

    private void settle(StoredUplink uplink, UplinkFate fate, long retryAfterMs, String error) {
        listener.onSettled(fate);
        settlements.add(UplinkSettlement.newBuilder()
                .setId(uplink.getId())
                .setFate(fate)
                .setRetryAfterMs(retryAfterMs)
                .setError(error)
                .build());
        release(uplink);
    }

    private void release(StoredUplink uplink) {
        boolean again;
        synchronized (this) {
            again = inHand >= bounds.inHandMax();
            inHand--;
            again |= lanes.released(uplink.getLane());
        }
        if (again) {
            wakeLater();
        }
    }

    /** Not from here: a chain that ends at once would go deeper with each take. */
    private void wakeLater() {
        try {
            scheduler.execute(this::wake);
        } catch (RejectedExecutionException stopping) {
            log.debug("stopping, the queue is not asked again");
        }
    }
}

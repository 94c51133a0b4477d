package io.carillon.coordinator.uplink;

import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettlement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings settlements back to the queue, gathered while a call is under way. What can't be brought is told again a few
 * times and then left: its lease ends, and it is delivered once more under the same webhook id.
 *
 * <p>Bounded by what is in hand. Thread-safe: guarded by {@code this}, calls are made outside of it.
 */
final class Settlements {
    private static final Logger log = LoggerFactory.getLogger(Settlements.class);
    private static final int CALL_MAX = 500;
    private static final int ATTEMPTS_MAX = 5;
    private static final long PAUSE_MS = 500;

    private final UplinkStore store;
    private final ScheduledExecutorService scheduler;
    private List<UplinkSettlement> waiting = new ArrayList<>();
    private boolean calling;

    Settlements(UplinkStore store, ScheduledExecutorService scheduler) {
        this.store = store;
        this.scheduler = scheduler;
    }

    void add(UplinkSettlement settlement) {
        synchronized (this) {
            waiting.add(settlement);
        }
        callNext();
    }

    private void callNext() {
        List<UplinkSettlement> batch;
        synchronized (this) {
            if (calling || waiting.isEmpty()) {
                return;
            }
            int count = Math.min(CALL_MAX, waiting.size());
            batch = new ArrayList<>(waiting.subList(0, count));
            waiting = new ArrayList<>(waiting.subList(count, waiting.size()));
            calling = true;
        }
        call(UplinkSettleRequest.newBuilder().addAllSettlements(batch).build(), 1);
    }

    private void call(UplinkSettleRequest request, int attempt) {
        store.settle(request).whenComplete((response, failure) -> {
            if (failure != null && attempt < ATTEMPTS_MAX) {
                scheduler.schedule(() -> call(request, attempt + 1), PAUSE_MS * attempt, TimeUnit.MILLISECONDS);
                return;
            }
            if (failure != null) {
                log.warn(
                        "settlements={} were not taken and are left to their leases: {}",
                        request.getSettlementsCount(),
                        failure.toString());
            }
            synchronized (this) {
                calling = false;
            }
            callNext();
        });
    }
}

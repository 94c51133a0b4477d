package io.carillon.room.ban;

import io.carillon.contract.BanEntry;
import io.carillon.contract.BanPutRequest;
import io.carillon.contract.BanPutResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the bans of users whose bindings a walk ends to saver, gathered, one call at a time. A call that failed is made
 * again until saver has taken it, which may lengthen a ban by the time that passed. Thread-safe; never blocks.
 *
 * <p>Bound: {@link #WAITING_MAX} wait; one more is refused, and its giver comes back with it later.
 */
public final class BanSink {
    /** Bans that wait for saver. */
    public static final int WAITING_MAX = 20_000;

    private static final Logger log = LoggerFactory.getLogger(BanSink.class);
    private static final int BATCH_MAX = 2_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final long PAUSE_AFTER_FAILURE_MS = 500;

    private final Store store;
    private final ScheduledExecutorService scheduler;
    /** Guards all below. */
    private final Object lock = new Object();

    private final ArrayDeque<Offered> waiting = new ArrayDeque<>();
    private boolean calling;

    private record Offered(BanEntry ban, Consumer<Boolean> then) {}

    /** Asks a saver. */
    @FunctionalInterface
    public interface Store {
        CompletableFuture<BanPutResponse> put(BanPutRequest request, Duration timeout);
    }

    public BanSink(Store store, ScheduledExecutorService scheduler) {
        this.store = store;
        this.scheduler = scheduler;
    }

    /**
     * Takes a ban; false where too many wait, and nothing was taken.
     *
     * @param then called once, on any thread: true when saver has stored it, false where saver refused it for good
     */
    public boolean offer(BanEntry ban, Consumer<Boolean> then) {
        synchronized (lock) {
            if (waiting.size() >= WAITING_MAX) {
                return false;
            }
            waiting.add(new Offered(ban, then));
        }
        callNext();
        return true;
    }

    /** Bans that saver has not taken yet. */
    public int waiting() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    private void callNext() {
        BanPutRequest batch = nextBatch();
        if (batch != null) {
            store.put(batch, TIMEOUT).whenComplete((answer, failure) -> onAnswer(batch, answer, failure));
        }
    }

    private @Nullable BanPutRequest nextBatch() {
        synchronized (lock) {
            if (calling || waiting.isEmpty()) {
                return null;
            }
            calling = true;
            List<BanEntry> batch = new ArrayList<>(Math.min(BATCH_MAX, waiting.size()));
            for (Offered offered : waiting) {
                if (batch.size() == BATCH_MAX) {
                    break;
                }
                batch.add(offered.ban);
            }
            return BanPutRequest.newBuilder().addAllEntries(batch).build();
        }
    }

    private void onAnswer(BanPutRequest batch, @Nullable BanPutResponse answer, @Nullable Throwable failure) {
        if (failure != null || answer == null) {
            log.debug("bans not stored", failure);
            synchronized (lock) {
                calling = false;
            }
            scheduler.schedule(this::callNext, PAUSE_AFTER_FAILURE_MS, TimeUnit.MILLISECONDS);
            return;
        }
        boolean stored = answer.getError().isEmpty();
        if (!stored) {
            log.warn("bans refused by saver count={} error=\"{}\"", batch.getEntriesCount(), answer.getError());
        }
        List<Offered> settled = new ArrayList<>(batch.getEntriesCount());
        synchronized (lock) {
            calling = false;
            for (int i = 0; i < batch.getEntriesCount(); i++) {
                settled.add(waiting.remove());
            }
        }
        settled.forEach(offered -> offered.then.accept(stored));
        callNext();
    }
}

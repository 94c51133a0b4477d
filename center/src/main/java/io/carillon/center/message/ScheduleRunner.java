package io.carillon.center.message;

import com.google.protobuf.ByteString;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.route.RouteFate;
import io.carillon.contract.NodeRef;
import io.carillon.contract.ScheduleDoneRequest;
import io.carillon.contract.ScheduleDoneResponse;
import io.carillon.contract.ScheduleTakeRequest;
import io.carillon.contract.ScheduleTakeResponse;
import io.carillon.contract.ScheduledPost;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts messages whose time has come. Every center asks for due ones; what it gets is its own for the lease, and forgotten
 * by the stores once it said that it is done.
 *
 * <p>A center that dies in between is followed by another when the lease ends, with the same ids: a put twice is one
 * message. A message that is not stored has no such net, so it is forgotten first and then sent: at most once. One round
 * is under way at a time, of at most {@link #POSTS_MAX} requests. Thread-safe.
 */
public final class ScheduleRunner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ScheduleRunner.class);
    /** Requests of one round; more wait for the next, which follows at once. */
    static final int POSTS_MAX = 16;

    private final SaverClient savers;
    private final MessagePost post;
    private final BatchCeiling ceiling;
    private final Clock clock;
    private final ScheduledExecutorService scheduler;
    private final long intervalMs;
    private final ScheduleTakeRequest take;
    private final ScheduleListener listener;
    private volatile boolean closed;
    // One round at a time reads and writes it.
    private volatile boolean failing;

    /** @param lease how long what was taken is this center's own; longer than all attempts to store a request */
    public ScheduleRunner(
            SaverClient savers,
            MessagePost post,
            BatchCeiling ceiling,
            Clock clock,
            ScheduledExecutorService scheduler,
            NodeRef self,
            Duration interval,
            Duration lease,
            ScheduleListener listener) {
        this.savers = savers;
        this.post = post;
        this.ceiling = ceiling;
        this.clock = clock;
        this.scheduler = scheduler;
        intervalMs = interval.toMillis();
        this.listener = listener;
        take = ScheduleTakeRequest.newBuilder()
                .setCenter(self)
                .setMax(POSTS_MAX)
                .setLeaseMs(lease.toMillis())
                .build();
    }

    public void start() {
        next(intervalMs);
    }

    /** Takes no more. What is under way goes on, and is another's when its lease ends. */
    @Override
    public void close() {
        closed = true;
    }

    private void next(long delayMs) {
        if (closed) {
            return;
        }
        try {
            scheduler.schedule(this::round, delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            log.debug("no more rounds: the process stops");
        }
    }

    private void round() {
        if (closed) {
            return;
        }
        savers.ask(SaverMethods.SCHEDULE_TAKE, take).thenCompose(this::postAll).whenComplete(this::onRound);
    }

    private void onRound(@Nullable Integer taken, @Nullable Throwable failure) {
        if (failure != null && !failing) {
            log.warn("messages for later can't be taken or settled, trying on cause={}", failure.toString());
        } else if (failure == null && failing) {
            log.info("messages for later are taken again");
        }
        failing = failure != null;
        next(taken != null && taken == POSTS_MAX ? 0 : intervalMs);
    }

    /** How many were taken, when all of them are posted. */
    private CompletableFuture<Integer> postAll(ScheduleTakeResponse taken) {
        List<ByteString> settled = new ArrayList<>();
        List<CompletableFuture<?>> parts = new ArrayList<>();
        for (ScheduledPost due : taken.getPostsList()) {
            parts.add(post(due).thenAccept(done -> {
                if (done) {
                    synchronized (settled) {
                        settled.add(due.getRequestId());
                    }
                }
            }));
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                .thenCompose(ignored -> done(settled))
                .thenApply(ignored -> taken.getPostsCount());
    }

    /** True where it may be forgotten. What may not comes back when its lease ends. */
    private CompletableFuture<Boolean> post(ScheduledPost due) {
        if (due.getEntriesCount() == 0) {
            return CompletableFuture.completedFuture(true);
        }
        int users = due.getEntriesCount();
        long nowMs = clock.millis();
        boolean over = nowMs >= ScheduledForm.expiresAtMs(due);
        if (!over && users > 1 && ceiling.take(due.getApp(), users) > 0) {
            listener.onDue(ScheduledFate.AGAIN, users);
            return CompletableFuture.completedFuture(false);
        }
        Draft draft = ScheduledForm.draft(due, nowMs);
        return draft.message().qos() == 0 ? send(draft, over) : put(draft, over);
    }

    private CompletableFuture<Boolean> put(Draft draft, boolean over) {
        return post.putDue(draft, !over).thenApply(outcomes -> {
            boolean done = true;
            for (StoreOutcome outcome : outcomes) {
                ScheduledFate fate = fate(outcome.kind(), over);
                listener.onDue(fate, 1);
                done &= fate != ScheduledFate.AGAIN;
            }
            return done;
        });
    }

    private static ScheduledFate fate(StoreOutcome.Kind kind, boolean over) {
        return switch (kind) {
            case REJECTED -> ScheduledFate.REJECTED;
            case STORED -> over ? ScheduledFate.EXPIRED : ScheduledFate.STORED;
            case NOT_STORED, UNKNOWN -> over ? ScheduledFate.EXPIRED : ScheduledFate.AGAIN;
        };
    }

    private CompletableFuture<Boolean> send(Draft draft, boolean over) {
        if (over) {
            listener.onDue(ScheduledFate.EXPIRED, draft.size());
            return CompletableFuture.completedFuture(true);
        }
        // Sent by who deleted it, and by nobody else: another center may have taken it when this one's lease ended.
        return done(List.of(draft.requestId()))
                .thenCompose(deleted -> deleted.isEmpty()
                        ? CompletableFuture.completedFuture(List.<RouteFate>of())
                        : post.sendDue(draft))
                .thenApply(fates -> {
                    fates.forEach(fate ->
                            listener.onDue(fate == RouteFate.WRITTEN ? ScheduledFate.SENT : ScheduledFate.DROPPED, 1));
                    return false;
                })
                .exceptionally(failure -> {
                    listener.onDue(ScheduledFate.AGAIN, draft.size());
                    return false;
                });
    }

    /** Those that were deleted by this call. */
    private CompletableFuture<List<ByteString>> done(List<ByteString> requestIds) {
        return requestIds.isEmpty()
                ? CompletableFuture.completedFuture(List.of())
                : savers.ask(
                                SaverMethods.SCHEDULE_DONE,
                                ScheduleDoneRequest.newBuilder()
                                        .addAllRequestIds(requestIds)
                                        .build())
                        .thenApply(ScheduleDoneResponse::getDeletedList);
    }
}

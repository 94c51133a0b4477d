package io.carillon.runtime.timeout;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Futures that get a value of ours where they have none after a while, the same for all of them. So they stand in a queue
 * in the order of their time, with one timer for its head: {@link CompletableFuture#completeOnTimeout} wakes a thread to
 * set a timer for each, and another time to cancel it, which is most of what it costs where nearly all are done in time.
 *
 * <p>A future that is done stays in the queue until those before it are; bounded by what comes within the wait. Thread-safe.
 */
public final class UniformTimeout {
    private static final Logger log = LoggerFactory.getLogger(UniformTimeout.class);

    private final ScheduledExecutorService scheduler;
    private final long afterNs;
    private final Queue<Waiting<?>> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean planned = new AtomicBoolean();

    private record Waiting<T>(CompletableFuture<T> future, T otherwise, long dueNs) {
        void end() {
            if (!future.isDone()) {
                // Not on the scheduler's thread: what hangs on the future may take its time.
                var unused = future.completeAsync(() -> otherwise);
            }
        }
    }

    /**
     * @param scheduler takes the timer; a wait that it can't take any more, being shut down, does not end
     * @param after from {@link #bound} on; 0: nothing is waited for
     */
    public UniformTimeout(ScheduledExecutorService scheduler, Duration after) {
        if (after.isNegative()) {
            throw new IllegalArgumentException("after: " + after + " (expected: not below 0)");
        }
        this.scheduler = scheduler;
        this.afterNs = after.toNanos();
    }

    /** Completes the future with {@code otherwise} where it is not done in time; returns it. */
    public <T> CompletableFuture<T> bound(CompletableFuture<T> future, T otherwise) {
        if (future.isDone()) {
            return future;
        }
        if (afterNs == 0) {
            future.complete(otherwise);
            return future;
        }
        queue.add(new Waiting<>(future, otherwise, System.nanoTime() + afterNs));
        if (planned.compareAndSet(false, true)) {
            plan(afterNs);
        }
        return future;
    }

    private void plan(long waitNs) {
        try {
            var unused = scheduler.schedule(this::sweep, waitNs, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            log.debug("a wait has no end: the scheduler is shut down");
        }
    }

    private void sweep() {
        Waiting<?> head = drop();
        if (head == null) {
            planned.set(false);
            // One that came between the two found a timer planned.
            if (!queue.isEmpty() && planned.compareAndSet(false, true)) {
                plan(afterNs);
            }
        } else {
            plan(Math.max(0, head.dueNs() - System.nanoTime()));
        }
    }

    /** Ends what is due, drops what is done before it, and returns the first that has to wait on. */
    private @Nullable Waiting<?> drop() {
        long nowNs = System.nanoTime();
        while (true) {
            Waiting<?> head = queue.peek();
            if (head == null || (head.dueNs() - nowNs > 0 && !head.future().isDone())) {
                return head;
            }
            queue.remove();
            head.end();
        }
    }
}

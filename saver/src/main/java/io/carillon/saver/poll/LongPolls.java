package io.carillon.saver.poll;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Questions that wait until there is something new for them, or until their time is over. Each looks for its news once more
 * when it stands in line, so that what came between its first look and the line is not slept through.
 *
 * <p>Bound: so many wait, one more is answered at once. Thread-safe; never blocks.
 */
public final class LongPolls implements AutoCloseable {
    /** Of one kind, in one saver: more than it has peers, each with one question. */
    public static final int WAITING_MAX = 10_000;

    private final Executor executor;
    private final int max;
    private final Map<Long, Waiter> waiters = new ConcurrentHashMap<>();
    private final AtomicLong keys = new AtomicLong();
    private volatile boolean closed;

    private record Waiter(BooleanSupplier news, CompletableFuture<Boolean> answer) {}

    /** @param executor runs what hangs on an answer: not the thread that brings the news, which encodes nobody's */
    public LongPolls(Executor executor) {
        this(executor, WAITING_MAX);
    }

    LongPolls(Executor executor, int max) {
        this.executor = executor;
        this.max = max;
    }

    /** Whether one more would be answered at once. */
    public boolean isFull() {
        return waiters.size() >= max;
    }

    /** Questions that wait. */
    public int waiting() {
        return waiters.size();
    }

    /**
     * Waits for news.
     *
     * @param news whether there are; asked by any thread, must not block
     * @return true: there are; false: the time is over, too many wait, or this is closed
     */
    public CompletableFuture<Boolean> await(long waitMs, BooleanSupplier news) {
        if (waitMs <= 0 || isFull()) {
            return CompletableFuture.completedFuture(news.getAsBoolean());
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Long key = keys.incrementAndGet();
        waiters.put(key, new Waiter(news, answer));
        if (news.getAsBoolean()) {
            answer.complete(true);
        } else if (closed) {
            answer.complete(false);
        }
        return answer.completeOnTimeout(false, waitMs, TimeUnit.MILLISECONDS).thenApply(any -> {
            waiters.remove(key);
            return any;
        });
    }

    /** Something has changed: who finds news for it is answered. */
    public void wake() {
        for (Waiter waiter : waiters.values()) {
            if (waiter.news.getAsBoolean()) {
                executor.execute(() -> waiter.answer.complete(true));
            }
        }
    }

    /** Answers all. */
    @Override
    public void close() {
        closed = true;
        waiters.values().forEach(waiter -> waiter.answer.complete(false));
    }
}

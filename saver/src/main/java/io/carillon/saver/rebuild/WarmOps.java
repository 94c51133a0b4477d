package io.carillon.saver.rebuild;

import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.OpBatcher;
import io.carillon.saver.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Operations that wait, within a limit, for their bucket to be made whole. Thread-safe. */
public final class WarmOps {
    private static final int ATTEMPTS_MAX = 3;

    private final OpBatcher batcher;
    private final Rebuilder rebuilder;
    private final long waitMs;

    /** @param waitMs for a cold bucket, at each of three attempts; then the reply is COLD */
    public WarmOps(OpBatcher batcher, Rebuilder rebuilder, long waitMs) {
        this.batcher = batcher;
        this.rebuilder = rebuilder;
        this.waitMs = waitMs;
    }

    /** As {@link OpBatcher#submit}. */
    public CompletableFuture<Reply[]> submit(List<Op> ops) {
        return batcher.submit(ops).thenCompose(replies -> again(ops, replies, 1));
    }

    public CompletableFuture<Reply> submit(Op op) {
        return submit(List.of(op)).thenApply(replies -> replies[0]);
    }

    private CompletableFuture<Reply[]> again(List<Op> ops, Reply[] replies, int attempt) {
        List<Integer> cold = new ArrayList<>();
        for (int i = 0; i < replies.length; i++) {
            if (replies[i].status() == Reply.Status.COLD) {
                cold.add(i);
            }
        }
        if (cold.isEmpty() || attempt > ATTEMPTS_MAX) {
            return CompletableFuture.completedFuture(replies);
        }
        CompletableFuture<?>[] warmed = cold.stream()
                .map(i -> ops.get(i).bucket())
                .distinct()
                .map(rebuilder::warm)
                .toArray(CompletableFuture<?>[]::new);
        List<Op> left = cold.stream().map(ops::get).toList();
        return CompletableFuture.allOf(warmed)
                .completeOnTimeout(null, waitMs, TimeUnit.MILLISECONDS)
                .thenCompose(any -> batcher.submit(left))
                .thenCompose(fresh -> {
                    for (int i = 0; i < fresh.length; i++) {
                        replies[cold.get(i)] = fresh[i];
                    }
                    return again(ops, replies, attempt + 1);
                });
    }
}

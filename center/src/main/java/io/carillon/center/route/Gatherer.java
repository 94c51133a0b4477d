package io.carillon.center.route;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what concurrent requests ask of one peer: while one call is under way, entries wait and leave together with
 * the next one. An idle peer is thus asked at once, and a busy one in batches whose size follows its speed.
 *
 * <p>What waits is bounded in entries and bytes; beyond it an entry is refused, which its asker sees as an answer of
 * null, like the failure of a call. Thread-safe: the queue is guarded by {@code this}; calls are made outside of it.
 */
final class Gatherer<E, R> {
    private final GatherBounds bounds;
    private final ToLongFunction<E> size;
    private final Function<List<E>, CompletableFuture<List<R>>> call;
    private final Consumer<Throwable> onFailure;
    private final Runnable onRefused;

    // Guarded by this.
    private final ArrayDeque<Waiting<E, R>> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean calling;

    /**
     * @param size bytes of an entry
     * @param call asks the peer; its answers stand in the order of the entries
     * @param onFailure told of each failed call
     * @param onRefused told of each entry that found no place
     */
    Gatherer(
            GatherBounds bounds,
            ToLongFunction<E> size,
            Function<List<E>, CompletableFuture<List<R>>> call,
            Consumer<Throwable> onFailure,
            Runnable onRefused) {
        this.bounds = bounds;
        this.size = size;
        this.call = call;
        this.onFailure = onFailure;
        this.onRefused = onRefused;
    }

    /** The answers in the order of {@code entries}; null for an entry that was refused or whose call failed. */
    CompletableFuture<List<@Nullable R>> submit(List<E> entries) {
        Group<R> group = new Group<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            E entry = entries.get(i);
            if (!offer(new Waiting<>(entry, size.applyAsLong(entry), group, i))) {
                onRefused.run();
                group.answer(i, null);
            }
        }
        pump();
        return group.answers;
    }

    private synchronized boolean offer(Waiting<E, R> entry) {
        if (waiting.size() >= bounds.waitingEntriesMax() || waitingBytes + entry.bytes > bounds.waitingBytesMax()) {
            return false;
        }
        waiting.add(entry);
        waitingBytes += entry.bytes;
        return true;
    }

    private void pump() {
        List<Waiting<E, R>> batch = nextBatch();
        if (!batch.isEmpty()) {
            List<E> entries = batch.stream().map(Waiting::entry).toList();
            call.apply(entries).whenComplete((answers, failure) -> onAnswer(batch, answers, failure));
        }
    }

    private synchronized List<Waiting<E, R>> nextBatch() {
        List<Waiting<E, R>> batch = new ArrayList<>();
        if (calling) {
            return batch;
        }
        long bytes = 0;
        Waiting<E, R> head = waiting.peek();
        while (head != null && batch.size() < bounds.batchEntriesMax()) {
            if (!batch.isEmpty() && bytes + head.bytes > bounds.batchBytesMax()) {
                break;
            }
            batch.add(waiting.remove());
            bytes += head.bytes;
            head = waiting.peek();
        }
        waitingBytes -= bytes;
        calling = !batch.isEmpty();
        return batch;
    }

    private void onAnswer(List<Waiting<E, R>> batch, @Nullable List<R> answers, @Nullable Throwable failure) {
        synchronized (this) {
            calling = false;
        }
        // The next call leaves first: what the answers set off must not hold it up.
        pump();
        boolean answered = answers != null && answers.size() == batch.size();
        if (!answered) {
            onFailure.accept(failure != null ? failure : new IllegalStateException("answers do not match the entries"));
        }
        for (int i = 0; i < batch.size(); i++) {
            Waiting<E, R> entry = batch.get(i);
            entry.group.answer(entry.index, answered && answers != null ? answers.get(i) : null);
        }
    }

    /** @param index of the entry in its group */
    private record Waiting<E, R>(E entry, long bytes, Group<R> group, int index) {}

    /** The entries of one submit, answered one by one, from any thread. */
    private static final class Group<R> {
        final CompletableFuture<List<@Nullable R>> answers = new CompletableFuture<>();
        private final @Nullable Object[] slots;
        private final AtomicInteger open;

        Group(int entries) {
            slots = new Object[entries];
            open = new AtomicInteger(entries);
            if (entries == 0) {
                answers.complete(List.of());
            }
        }

        @SuppressWarnings("unchecked") // Only R goes in.
        void answer(int index, @Nullable R answer) {
            slots[index] = answer;
            if (open.decrementAndGet() == 0) {
                answers.complete((List<@Nullable R>) (List<?>) Arrays.asList(slots));
            }
        }
    }
}

package io.carillon.saver.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Gathers operations into script calls.
 *
 * <p>Operations queue while calls are in flight; as soon as one returns, all that waits goes out as the next. So an idle
 * saver adds no delay, and a busy one makes large calls. In a Cluster a turn is one call for each slot.
 *
 * <p>Whoever submits or gets an answer drains the queue, one thread at a time: {@code draining} counts the wishes to
 * drain, and the thread that raised it from zero works until it is zero again.
 *
 * <p>Bounds: operations and bytes waiting; beyond either an operation is refused at once.
 */
public final class OpBatcher {
    private final ScriptCalls calls;
    private final RedisConfig config;
    private final List<byte[]> limits;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger draining = new AtomicInteger();
    private final LongAdder fatesDropped = new LongAdder();

    private record Waiting(Op op, Group group, int index) {}

    /** The operations of one caller: complete when all have an answer. */
    private static final class Group {
        final Reply[] replies;
        final AtomicInteger missing;
        final CompletableFuture<Reply[]> done = new CompletableFuture<>();

        Group(int size) {
            replies = new Reply[size];
            missing = new AtomicInteger(size);
        }

        void answer(int index, Reply reply) {
            replies[index] = reply;
            if (missing.decrementAndGet() == 0) {
                done.complete(replies);
            }
        }
    }

    /** One turn: complete when all its calls are. */
    private final class Turn {
        final AtomicInteger callsMissing;

        Turn(int calls) {
            callsMissing = new AtomicInteger(calls);
        }

        void onCallDone() {
            if (callsMissing.decrementAndGet() == 0) {
                turns.decrementAndGet();
                drain();
            }
        }
    }

    public OpBatcher(ScriptCalls calls, RedisConfig config, MailboxLimits limits) {
        this.calls = calls;
        this.config = config;
        this.limits = new ArrayList<>(limits.args());
        this.limits.add(ascii(config.bucketFatesMax()));
    }

    /** Fates that the script's answers here said were dropped at their bound. */
    public long fatesDropped() {
        return fatesDropped.sum();
    }

    /** How many operations wait. */
    public int waiting() {
        return queued.get();
    }

    /**
     * Never blocks; the future never fails, and completes on a thread of the driver: what hangs on it must not block.
     *
     * @return a reply for each operation, in their order
     */
    public CompletableFuture<Reply[]> submit(List<Op> ops) {
        Group group = new Group(ops.size());
        if (ops.isEmpty()) {
            group.done.complete(group.replies);
            return group.done;
        }
        boolean away = !calls.available();
        for (int i = 0; i < ops.size(); i++) {
            Op op = ops.get(i);
            if (away) {
                group.answer(i, Reply.refused("not connected to Redis"));
            } else if (queued.get() >= config.queueOperationsMax()
                    || queuedBytes.get() >= config.queueBytesMax().bytes()) {
                group.answer(i, Reply.refused("too many operations wait for Redis"));
            } else {
                queued.incrementAndGet();
                queuedBytes.addAndGet(op.bytes());
                queue.add(new Waiting(op, group, i));
            }
        }
        drain();
        return group.done;
    }

    private void drain() {
        if (draining.getAndIncrement() != 0) {
            return;
        }
        int wishes = 1;
        do {
            while (turns.get() < config.callsMax() && !queue.isEmpty()) {
                startTurn();
            }
            wishes = draining.addAndGet(-wishes);
        } while (wishes != 0);
    }

    private void startTurn() {
        Map<Integer, List<Waiting>> byGroup = new HashMap<>();
        int ops = 0;
        long bytes = 0;
        while (ops < config.callOperationsMax()) {
            Waiting next = queue.peek();
            if (next == null
                    || (ops > 0
                            && bytes + next.op().bytes() > config.callBytesMax().bytes())) {
                break;
            }
            queue.remove();
            ops++;
            bytes += next.op().bytes();
            byGroup.computeIfAbsent(calls.group(next.op().bucket()), any -> new ArrayList<>())
                    .add(next);
        }
        queued.addAndGet(-ops);
        queuedBytes.addAndGet(-bytes);
        turns.incrementAndGet();
        Turn turn = new Turn(byGroup.size());
        byGroup.values().forEach(batch -> send(batch, turn));
    }

    private void send(List<Waiting> batch, Turn turn) {
        Map<Integer, Integer> indexes = new HashMap<>();
        List<byte[]> tags = new ArrayList<>();
        List<byte[]> args = new ArrayList<>(limits);
        for (Waiting waiting : batch) {
            Op op = waiting.op();
            int index = indexes.computeIfAbsent(op.bucket(), bucket -> {
                tags.add(RedisLink.tag(bucket));
                return tags.size();
            });
            args.add(op.code().getBytes(StandardCharsets.US_ASCII));
            args.add(ascii(index));
            args.add(ascii(op.args().size()));
            args.addAll(op.args());
        }
        try {
            calls.call(tags.toArray(new byte[0][]), args.toArray(new byte[0][]))
                    .whenComplete((answers, failure) -> onAnswer(batch, answers, failure, turn));
        } catch (RuntimeException e) {
            onAnswer(batch, null, e, turn);
        }
    }

    private void onAnswer(List<Waiting> batch, @Nullable List<Object> answers, @Nullable Throwable failure, Turn turn) {
        try {
            countDropped(answers, batch.size());
            for (int i = 0; i < batch.size(); i++) {
                Waiting waiting = batch.get(i);
                waiting.group().answer(waiting.index(), reply(answers, failure, i));
            }
        } finally {
            turn.onCallDone();
        }
    }

    private void countDropped(@Nullable List<Object> answers, int at) {
        if (answers != null
                && answers.size() > at
                && answers.get(at) instanceof List<?> last
                && last.getFirst() instanceof Long dropped) {
            fatesDropped.add(dropped);
        }
    }

    private static Reply reply(@Nullable List<Object> answers, @Nullable Throwable failure, int index) {
        if (failure != null) {
            return Failures.reply(failure);
        }
        if (answers == null || answers.size() <= index) {
            return Reply.unknown("the script answered too little");
        }
        @SuppressWarnings("unchecked") // The script answers a list for every operation.
        List<Object> values = (List<Object>) answers.get(index);
        return Reply.of(values);
    }

    private static byte[] ascii(int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }
}

package io.carillon.saver.rebuild;

import io.carillon.saver.layout.FateRecord;
import io.carillon.saver.layout.PutOps;
import io.carillon.saver.mysql.Database;
import io.carillon.saver.mysql.MessageRow;
import io.carillon.saver.mysql.MessageTable;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.OpBatcher;
import io.carillon.saver.redis.Reply;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes buckets whole that Redis lost, or may have lost something of.
 *
 * <p>Each bucket carries a marker: layout version and the run id of the Redis process under which it was last whole. The
 * script compares it with the id of the process it runs in, and answers COLD where they differ. Then here, for all
 * buckets that were asked for meanwhile at once:
 *
 * <ol>
 *   <li>a nonce is written into each: who writes the last one is the one that rebuilds;
 *   <li>the rows that may be missing are read: all where there was no marker, else those newer than the bucket's surviving
 *       last seq less a minute, for an append-only file loses its last seconds and no more;
 *   <li>they are put through the put operation with their own seq and id, so that what is there already stays as it is.
 *       What stands in the bucket's fate list was acknowledged or dropped, and is left out;
 *   <li>the marker is set, if the nonce is still ours;
 *   <li>after the longest commit time-out the newest rows are put once more: a commit may have been under way.
 * </ol>
 *
 * <p>An ack that the append-only file lost comes back as its message, once more: at least once; the SDK drops it.
 *
 * <p>Bounds: 4,096 buckets can wait; a turn takes 64 of them and reads 1,000 rows at a time.
 */
public final class Rebuilder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Rebuilder.class);
    private static final int TURN_BUCKETS_MAX = 64;
    private static final int ROWS_MAX = 1000;
    private static final int BUSY_MS = 3000;
    private static final int BUSY_RETRY_MS = 50;
    private static final long LOST_WINDOW_MICROS = TimeUnit.SECONDS.toMicros(60);

    private final OpBatcher redis;
    private final Database mysql;
    private final ScheduledExecutorService scheduler;
    private final Supplier<String> nonces;
    private final Clock clock;
    /** Buckets that are asked for and not done; the queue holds each of them once. */
    private final Map<Integer, CompletableFuture<Boolean>> asked = new ConcurrentHashMap<>();

    private final LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<List<MessageTable.Since>> secondPasses = new LinkedBlockingQueue<>(64);
    private final Thread worker;
    private volatile boolean closed;

    public Rebuilder(
            OpBatcher redis, Database mysql, ScheduledExecutorService scheduler, Supplier<String> nonces, Clock clock) {
        this.redis = redis;
        this.mysql = mysql;
        this.scheduler = scheduler;
        this.nonces = nonces;
        this.clock = clock;
        worker = Thread.ofPlatform().daemon().name("rebuild").start(this::work);
    }

    /** Asks for a bucket. The future never fails: true where it is whole now. Any thread; never blocks. */
    public CompletableFuture<Boolean> warm(int bucket) {
        boolean[] first = new boolean[1];
        CompletableFuture<Boolean> done = asked.computeIfAbsent(bucket, any -> {
            first[0] = true;
            return new CompletableFuture<>();
        });
        if (first[0]) {
            queue.add(bucket);
        }
        // Whoever gives up waiting must not end the others' wait.
        return done.copy();
    }

    private void work() {
        while (!closed) {
            try {
                Integer next = queue.poll(100, TimeUnit.MILLISECONDS);
                if (next != null) {
                    turn(next);
                }
                List<MessageTable.Since> second = secondPasses.poll();
                if (second != null) {
                    secondPass(second);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                log.error("rebuild failed", e);
            }
        }
    }

    private void turn(int first) {
        List<Integer> buckets = new ArrayList<>();
        buckets.add(first);
        queue.drainTo(buckets, TURN_BUCKETS_MAX - 1);
        try {
            rebuild(buckets);
        } catch (SQLException e) {
            log.warn("buckets stay cold count={} error=\"{}\"", buckets.size(), e.getMessage());
            buckets.forEach(bucket -> finish(bucket, false));
        } catch (RuntimeException e) {
            buckets.forEach(bucket -> finish(bucket, false));
            throw e;
        }
    }

    private void rebuild(List<Integer> buckets) throws SQLException {
        String nonce = nonces.get();
        Reply[] opened =
                run(buckets.stream().map(b -> Op.of("O", b, nonce, BUSY_MS)).toList());
        List<Integer> mine = new ArrayList<>();
        List<MessageTable.Since> wanted = new ArrayList<>();
        Set<ByteBuffer> gone = new HashSet<>();
        for (int i = 0; i < opened.length; i++) {
            int bucket = buckets.get(i);
            Reply reply = opened[i];
            if (!reply.ok()) {
                finish(bucket, false);
            } else if (reply.number(1) == 1) {
                finish(bucket, true);
            } else if (reply.number(1) == 2) {
                scheduler.schedule(() -> queue.add(bucket), BUSY_RETRY_MS, TimeUnit.MILLISECONDS);
            } else {
                mine.add(bucket);
                long above = reply.number(2) == 1 ? reply.number(3) - LOST_WINDOW_MICROS : -1;
                wanted.add(new MessageTable.Since(bucket, above));
                collectGone(reply, 4, gone);
            }
        }
        if (mine.isEmpty()) {
            return;
        }
        int restored = restore(wanted, nonce, gone);
        Reply[] warmed = run(mine.stream().map(b -> Op.of("W", b, nonce)).toList());
        for (int i = 0; i < warmed.length; i++) {
            finish(mine.get(i), warmed[i].ok() && warmed[i].number(1) == 1);
        }
        log.info("buckets rebuilt count={} rows={}", mine.size(), restored);
        scheduleSecondPass(wanted);
    }

    private void scheduleSecondPass(List<MessageTable.Since> first) {
        long recent = TimeUnit.MILLISECONDS.toMicros(clock.millis()) - LOST_WINDOW_MICROS;
        List<MessageTable.Since> second = first.stream()
                .map(since -> new MessageTable.Since(since.bucket(), Math.max(since.seqAbove(), recent)))
                .toList();
        scheduler.schedule(
                () -> secondPasses.offer(second),
                mysql.config().commitTimeout().toMillis() + 1000,
                TimeUnit.MILLISECONDS);
    }

    private void secondPass(List<MessageTable.Since> buckets) {
        try {
            Reply[] fates = run(buckets.stream()
                    .map(since -> Op.of("S", since.bucket(), 10_000))
                    .toList());
            Set<ByteBuffer> gone = new HashSet<>();
            for (Reply reply : fates) {
                if (reply.ok()) {
                    collectGone(reply, 1, gone);
                }
            }
            restore(buckets, "", gone);
        } catch (SQLException e) {
            log.warn("second pass left out buckets={} error=\"{}\"", buckets.size(), e.getMessage());
        }
    }

    private static void collectGone(Reply reply, int from, Set<ByteBuffer> gone) {
        for (int i = from; i < reply.size(); i++) {
            FateRecord fate = FateRecord.parse(reply.bytes(i));
            if (fate.fate().leaves()) {
                gone.add(ByteBuffer.wrap(fate.messageId()));
            }
        }
    }

    /** Puts rows page by page, in the order of buckets and seqs. Returns how many were missing. */
    private int restore(List<MessageTable.Since> buckets, String nonce, Set<ByteBuffer> gone) throws SQLException {
        Map<Integer, MessageTable.Since> left = new HashMap<>();
        buckets.forEach(since -> left.put(since.bucket(), since));
        int restored = 0;
        while (!left.isEmpty()) {
            List<MessageTable.Since> asked = List.copyOf(left.values());
            List<MessageRow> rows =
                    mysql.inTransaction(connection -> MessageTable.since(connection, asked, clock.millis(), ROWS_MAX));
            Reply[] replies = run(rows.stream()
                    .filter(row -> !gone.contains(ByteBuffer.wrap(row.messageId())))
                    .map(row -> PutOps.restored(row, nonce))
                    .toList());
            for (Reply reply : replies) {
                if (!reply.ok()) {
                    throw new SQLException("redis did not take a restored row: " + reply.error());
                }
                restored += reply.number(0) == 0 ? 1 : 0;
            }
            if (rows.size() < ROWS_MAX) {
                break;
            }
            MessageRow last = rows.getLast();
            left.keySet().removeIf(bucket -> bucket < last.bucket());
            left.put(last.bucket(), new MessageTable.Since(last.bucket(), last.seq() - 1));
        }
        return restored;
    }

    /** Only on this class's own thread, which may block. */
    private Reply[] run(List<Op> ops) {
        return redis.submit(ops).join();
    }

    private void finish(int bucket, boolean whole) {
        CompletableFuture<Boolean> done = asked.remove(bucket);
        if (done != null) {
            done.complete(whole);
        }
    }

    @Override
    public void close() {
        closed = true;
        worker.interrupt();
    }
}

package io.carillon.saver.due;

import io.carillon.contract.DueOutcome;
import io.carillon.contract.UserKey;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.bucket.OwnBuckets;
import io.carillon.saver.layout.UserKeys;
import io.carillon.saver.mysql.Database;
import io.carillon.saver.mysql.MessageRow;
import io.carillon.saver.mysql.MessageTable;
import io.carillon.saver.rebuild.WarmOps;
import io.carillon.saver.redis.BucketProbe;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks the due list: every mailbox that is not empty is looked at again, at growing intervals, until it is empty or
 * nothing more can be done for it.
 *
 * <p>A look writes to MySQL what is not there yet and hands the user to a center, which has the mailbox delivered where
 * the user is online. So this one walk covers a center that died after it stored, a lost call, the write-behind of redis
 * mode, and expiry, which the script sees to by itself. It walks two sets of buckets: those that this saver put something
 * into, a second after it did, and every few seconds its own share, which also makes them whole after a loss of Redis.
 *
 * <p>A look dates the next one before its work, in the same step of the store; a saver that dies over the work costs that
 * interval and nothing else.
 *
 * <p>Bounds: 64 buckets, 64 users and 256 KiB of each in a look, 8 looks on their way to a center.
 */
public final class DueWalker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DueWalker.class);
    private static final int LOOK_BUCKETS_MAX = 64;
    private static final int LOOK_USERS_MAX = 64;
    private static final int LOOK_BYTES_MAX = 256 << 10;
    private static final int HANDOVERS_MAX = 8;
    private static final long TICK_MS = 100;
    private static final long FIRST_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1020);

    private final BucketProbe probe;
    private final WarmOps redis;
    private final Database mysql;
    private final DueRouter router;
    private final OwnBuckets own;
    private final long walkIntervalNs;
    private final Semaphore handovers = new Semaphore(HANDOVERS_MAX);
    /** By bucket: when it was put into, by nanoTime; 0: not since the last look. */
    private final AtomicLongArray touched = new AtomicLongArray(Buckets.COUNT);

    private final Thread thread = Thread.ofPlatform().daemon().name("due-walk").unstarted(this::run);
    private long nextWalkNs = System.nanoTime();
    private volatile boolean closed;

    public DueWalker(
            BucketProbe probe, WarmOps redis, Database mysql, DueRouter router, OwnBuckets own, long walkIntervalMs) {
        this.probe = probe;
        this.redis = redis;
        this.mysql = mysql;
        this.router = router;
        this.own = own;
        walkIntervalNs = TimeUnit.MILLISECONDS.toNanos(walkIntervalMs);
    }

    public void start() {
        thread.start();
    }

    /** Something was put into the bucket. Any thread. */
    public void onStored(int bucket) {
        touched.compareAndSet(bucket, 0, System.nanoTime() | 1);
    }

    private void run() {
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(TICK_MS);
                walk();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                log.error("look at due mailboxes failed", e);
            }
        }
    }

    private void walk() throws InterruptedException {
        List<Integer> buckets;
        if (System.nanoTime() - nextWalkNs >= 0) {
            nextWalkNs = System.nanoTime() + walkIntervalNs;
            buckets = own.list();
        } else {
            // Most of what was put a second ago is acknowledged by now.
            buckets = probe.some(takeTouched());
        }
        for (int from = 0; from < buckets.size() && !closed; from += LOOK_BUCKETS_MAX) {
            look(buckets.subList(from, Math.min(buckets.size(), from + LOOK_BUCKETS_MAX)));
        }
    }

    private List<Integer> takeTouched() {
        List<Integer> buckets = new ArrayList<>();
        long now = System.nanoTime();
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            long at = touched.get(bucket);
            if (at != 0 && now - at >= FIRST_LOOK_NS && touched.compareAndSet(bucket, at, 0)) {
                buckets.add(bucket);
            }
        }
        return buckets;
    }

    private void look(List<Integer> buckets) throws InterruptedException {
        long goingMs = mysql.config().commitTimeout().toMillis();
        List<Op> ops = buckets.stream()
                .map(bucket -> Op.of("D", bucket, LOOK_USERS_MAX, LOOK_BYTES_MAX, goingMs))
                .toList();
        Reply[] replies = redis.submit(ops).join();
        List<DueUser> due = new ArrayList<>();
        for (int i = 0; i < replies.length; i++) {
            if (replies[i].ok()) {
                List<DueUser> users = DueUser.parse(buckets.get(i), replies[i]);
                due.addAll(users);
                if (users.size() == LOOK_USERS_MAX) {
                    // There is more: come back at the next tick.
                    touched.set(buckets.get(i), (System.nanoTime() - FIRST_LOOK_NS) | 1);
                }
            }
        }
        if (!due.isEmpty()) {
            boolean written = write(due);
            handOver(due, written);
        }
    }

    /** True where MySQL now has all that was missing. */
    private boolean write(List<DueUser> due) {
        List<MessageRow> missing =
                due.stream().flatMap(user -> user.missing().stream()).toList();
        if (missing.isEmpty()) {
            return true;
        }
        try {
            mysql.inTransaction(connection -> {
                Set<ByteBuffer> there = MessageTable.existing(connection, missing);
                List<MessageRow> rows = missing.stream()
                        .filter(row -> !there.contains(ByteBuffer.wrap(row.messageId())))
                        .toList();
                if (!rows.isEmpty()) {
                    MessageTable.insert(connection, rows);
                }
                return true;
            });
            return true;
        } catch (SQLException e) {
            log.warn("pending messages are in redis alone rows={} error=\"{}\"", missing.size(), e.getMessage());
            return false;
        }
    }

    private void handOver(List<DueUser> due, boolean written) throws InterruptedException {
        List<UserKey> users =
                due.stream().filter(DueUser::deliverable).map(DueUser::user).toList();
        handovers.acquire();
        CompletableFuture<List<DueOutcome>> outcomes =
                users.isEmpty() ? CompletableFuture.completedFuture(List.of()) : router.route(users);
        outcomes.exceptionally(failure -> {
                    log.debug("nobody took the due users", failure);
                    return List.of();
                })
                .thenCompose(found -> redis.submit(results(due, found, written)))
                .whenComplete((replies, failure) -> handovers.release());
    }

    private static List<Op> results(List<DueUser> due, List<DueOutcome> outcomes, boolean written) {
        List<Op> ops = new ArrayList<>(due.size());
        int deliverable = 0;
        for (DueUser user : due) {
            boolean offline = false;
            if (user.deliverable()) {
                offline = deliverable < outcomes.size() && outcomes.get(deliverable) == DueOutcome.DUE_OUTCOME_OFFLINE;
                deliverable++;
            }
            ops.add(Op.of(
                    "T",
                    user.bucket(),
                    UserKeys.encode(user.user().getApp(), user.user().getUser()),
                    offline ? 1 : 0,
                    written ? ids(user.missing()) : new byte[0]));
        }
        return ops;
    }

    private static byte[] ids(List<MessageRow> rows) {
        ByteArrayOutputStream ids = new ByteArrayOutputStream(16 * rows.size());
        rows.forEach(row -> ids.writeBytes(row.messageId()));
        return ids.toByteArray();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}

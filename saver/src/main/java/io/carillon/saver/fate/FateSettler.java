package io.carillon.saver.fate;

import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.bucket.OwnBuckets;
import io.carillon.saver.layout.Fate;
import io.carillon.saver.layout.FateRecord;
import io.carillon.saver.layout.MailboxRecord;
import io.carillon.saver.mysql.Database;
import io.carillon.saver.mysql.FateTable;
import io.carillon.saver.mysql.MessageRow;
import io.carillon.saver.mysql.MessageTable;
import io.carillon.saver.redis.BucketProbe;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.OpBatcher;
import io.carillon.saver.redis.Reply;
import io.carillon.saver.uplink.Receipts;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what left the mailboxes: rows are deleted, reasons written and receipts queued, many in one transaction, and
 * then the fate lists trimmed. Until then the entry itself keeps a rebuild from bringing the message back.
 *
 * <p>What was still on its way to MySQL when it left waits in its list until no commit of it can be under way: a delete
 * before the insert would leave the row behind. Its bucket is left alone meanwhile: most messages of the mysql mode wait
 * like that, and each look would have Redis read the list anew.
 *
 * <p>Bounds: 64 buckets and 100 fates of each in a transaction. While MySQL is away the lists grow, by what was to be in
 * MySQL and leaves meanwhile, up to {@code bucket-fates-max}; then the script drops the oldest and counts them.
 */
public final class FateSettler implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FateSettler.class);
    private static final int TURN_BUCKETS_MAX = 64;
    private static final int BUCKET_FATES_MAX = 100;
    /** After the longest commit: the call before it may have waited as well. */
    private static final long COMMIT_GRACE_MS = 2000;

    private final BucketProbe probe;
    private final OpBatcher redis;
    private final Database mysql;
    private final OwnBuckets own;
    private final FateEvents events;
    private final Receipts receipts;
    private final Clock clock;
    private final long intervalMs;
    /** By bucket: until then its list begins with a fate that waits. Of this class's own thread. */
    private final long[] waitsUntilMs = new long[Buckets.COUNT];

    private final Thread thread = Thread.ofPlatform().daemon().name("fate").unstarted(this::run);
    private volatile boolean closed;

    private record Settled(int bucket, List<FateRecord> fates, Reply reply) {}

    public FateSettler(
            BucketProbe probe,
            OpBatcher redis,
            Database mysql,
            OwnBuckets own,
            FateEvents events,
            Receipts receipts,
            Clock clock,
            long intervalMs) {
        this.probe = probe;
        this.redis = redis;
        this.mysql = mysql;
        this.own = own;
        this.events = events;
        this.receipts = receipts;
        this.clock = clock;
        this.intervalMs = intervalMs;
    }

    public void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(intervalMs);
                if (mysql.available()) {
                    settleOwn();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (SQLException e) {
                log.warn("fates wait error=\"{}\"", e.getMessage());
            } catch (RuntimeException e) {
                log.error("settling failed", e);
            }
        }
    }

    private void settleOwn() throws SQLException {
        long nowMs = clock.millis();
        List<Integer> buckets = own.list().stream()
                .filter(bucket -> waitsUntilMs[bucket] <= nowMs)
                .toList();
        for (int from = 0; from < buckets.size() && !closed; from += TURN_BUCKETS_MAX) {
            List<Integer> turn = probe.some(buckets.subList(from, Math.min(buckets.size(), from + TURN_BUCKETS_MAX)));
            boolean more = !turn.isEmpty();
            while (more && !closed) {
                more = settle(turn);
            }
        }
    }

    /** True where a list may hold more that can be settled now. */
    private boolean settle(List<Integer> buckets) throws SQLException {
        Reply[] replies = run(buckets.stream()
                .map(bucket -> Op.of("S", bucket, BUCKET_FATES_MAX))
                .toList());
        List<Settled> settled = new ArrayList<>();
        for (int i = 0; i < replies.length; i++) {
            if (replies[i].ok() && replies[i].size() > 1) {
                List<FateRecord> fates = ripe(buckets.get(i), replies[i]);
                if (!fates.isEmpty()) {
                    settled.add(new Settled(buckets.get(i), fates, replies[i]));
                }
            }
        }
        if (settled.isEmpty()) {
            return false;
        }
        write(settled.stream().flatMap(one -> one.fates().stream()).toList());
        run(settled.stream().map(FateSettler::trim).toList());
        return settled.stream().anyMatch(one -> one.fates().size() == BUCKET_FATES_MAX);
    }

    /** The fates from the head of the list on, up to the first that has to wait. */
    private List<FateRecord> ripe(int bucket, Reply reply) {
        long waitMs = mysql.config().commitTimeout().toMillis() + COMMIT_GRACE_MS;
        List<FateRecord> fates = new ArrayList<>();
        for (int i = 1; i < reply.size(); i++) {
            FateRecord fate = FateRecord.parse(reply.bytes(i));
            if (fate.mysql() == MailboxRecord.Stored.GOING
                    && fate.fate().leaves()
                    && fate.atMs() + waitMs > clock.millis()) {
                // No longer than a wait, whatever the clock of Redis says.
                waitsUntilMs[bucket] = Math.min(fate.atMs(), clock.millis()) + waitMs;
                break;
            }
            fates.add(fate);
        }
        return fates;
    }

    private void write(List<FateRecord> fates) throws SQLException {
        List<MessageTable.Key> keys = fates.stream()
                .filter(fate -> fate.fate().leaves() && fate.mysql() != MailboxRecord.Stored.NO)
                .map(FateSettler::key)
                .toList();
        List<FateTable.Row> drops = fates.stream()
                .filter(fate -> fate.fate() != Fate.ACKED)
                .map(FateSettler::row)
                .toList();
        mysql.inTransaction(connection -> {
            if (!keys.isEmpty()) {
                MessageTable.delete(connection, keys);
            }
            if (!drops.isEmpty()) {
                FateTable.insert(connection, drops);
            }
            receipts.queue(connection, fates);
            return true;
        });
        fates.stream().filter(fate -> fate.fate() != Fate.ACKED).forEach(events::onFate);
    }

    private static FateTable.Row row(FateRecord fate) {
        return new FateTable.Row(
                fate.messageId(),
                fate.fate().number(),
                fate.detail(),
                fate.atMs(),
                fate.user().getApp(),
                fate.user().getUser(),
                fate.seq());
    }

    private static MessageTable.Key key(FateRecord fate) {
        return new MessageTable.Key(
                Buckets.of(fate.user().getApp(), fate.user().getUser()),
                fate.seq(),
                fate.messageId(),
                MessageRow.day(fate.expiresAtMs()));
    }

    private static Op trim(Settled settled) {
        int count = settled.fates().size();
        return Op.of("X", settled.bucket(), count, settled.reply().bytes(count));
    }

    /** Only on this class's own thread, which may block. */
    private Reply[] run(List<Op> ops) {
        return redis.submit(ops).join();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}

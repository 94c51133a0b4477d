package io.carillon.saver.mysql;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: rows are published into rings, and each ring's one thread writes all that has gathered as one multi-row
 * statement, which commits by itself unless strays belong to it. The busier MySQL is, the larger the groups.
 *
 * <p>Bounds: rows waiting in a ring; beyond it a row counts as refused. While MySQL is away rows are refused as they come
 * up, so that a full ring empties at once.
 */
public final class CommitLanes implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CommitLanes.class);
    private static final long CLOSE_LIMIT_MS = 5000;

    private final Database database;
    private final List<Disruptor<Slot>> lanes = new ArrayList<>();
    private final List<RingBuffer<Slot>> rings = new ArrayList<>();
    private final LongAdder rejected = new LongAdder();

    /** A place in a ring; its fields are handed over by the ring's sequence. */
    private static final class Slot {
        @Nullable
        MessageRow row;

        boolean stray;

        @Nullable
        CompletableFuture<Commit> done;
    }

    private record Pending(MessageRow row, boolean stray, CompletableFuture<Commit> done) {}

    public CommitLanes(Database database) {
        this.database = database;
        ThreadFactory threads =
                Thread.ofPlatform().daemon().name("mysql-commit-", 0).factory();
        for (int i = 0; i < database.config().commitLanes(); i++) {
            Disruptor<Slot> lane = new Disruptor<>(
                    Slot::new,
                    database.config().laneRowsMax(),
                    threads,
                    ProducerType.MULTI,
                    new BlockingWaitStrategy());
            lane.handleEventsWith(new Lane());
            lanes.add(lane);
            rings.add(lane.start());
        }
    }

    public boolean available() {
        return database.available();
    }

    /** Rows that MySQL refused alone, while it took others. */
    public long rejected() {
        return rejected.sum();
    }

    /** Rows waiting or being committed. */
    public long waiting() {
        long waiting = 0;
        for (RingBuffer<Slot> ring : rings) {
            waiting += ring.getBufferSize() - ring.remainingCapacity();
        }
        return waiting;
    }

    /**
     * Never blocks; the future never fails, and completes on a lane's thread: what hangs on it must not block.
     *
     * @param stray Redis does not have it: say so in the same transaction
     */
    public CompletableFuture<Commit> insert(MessageRow row, boolean stray) {
        if (!database.worthAnAttempt()) {
            return CompletableFuture.completedFuture(Commit.REFUSED);
        }
        CompletableFuture<Commit> done = new CompletableFuture<>();
        boolean published = rings.get(row.bucket() % rings.size()).tryPublishEvent((slot, sequence) -> {
            slot.row = row;
            slot.stray = stray;
            slot.done = done;
        });
        return published ? done : CompletableFuture.completedFuture(Commit.REFUSED);
    }

    private final class Lane implements EventHandler<Slot> {
        private final List<Pending> group = new ArrayList<>();

        @Override
        public void onEvent(Slot slot, long sequence, boolean endOfBatch) {
            if (slot.row != null && slot.done != null) {
                group.add(new Pending(slot.row, slot.stray, slot.done));
            }
            slot.row = null;
            slot.done = null;
            if (endOfBatch || group.size() >= database.config().commitRowsMax()) {
                List<Pending> rows = List.copyOf(group);
                group.clear();
                commit(rows);
            }
        }
    }

    private void commit(List<Pending> rows) {
        Commit outcome;
        try {
            write(rows);
            outcome = Commit.COMMITTED;
        } catch (CommitUnknownException e) {
            log.warn("commit outcome unknown rows={} error=\"{}\"", rows.size(), e.getMessage());
            outcome = Commit.UNKNOWN;
        } catch (SQLException | RuntimeException e) {
            if (rows.size() > 1 && database.available()) {
                // One row that MySQL does not take must not cost the others.
                rows.forEach(row -> commit(List.of(row)));
                return;
            }
            outcome = Commit.REFUSED;
            onRefused(rows, e);
        }
        for (Pending row : rows) {
            row.done().complete(outcome);
        }
    }

    private void onRefused(List<Pending> rows, Exception e) {
        if (database.available()) {
            rejected.add(rows.size());
        }
        log.warn(
                "rows not committed rows={} first_message_id={} error=\"{}\"",
                rows.size(),
                HexFormat.of().formatHex(rows.getFirst().row().messageId()),
                e.getMessage());
    }

    private void write(List<Pending> rows) throws SQLException {
        List<MessageRow> all = rows.stream().map(Pending::row).toList();
        List<MessageRow> strays =
                rows.stream().filter(Pending::stray).map(Pending::row).toList();
        if (strays.isEmpty()) {
            database.inOneStatement(connection -> {
                MessageTable.insert(connection, all);
                return true;
            });
        } else {
            database.inTransaction(connection -> {
                MessageTable.insert(connection, all);
                MessageTable.insertStrays(connection, strays);
                return true;
            });
        }
    }

    /** Commits what waits. */
    @Override
    public void close() {
        for (Disruptor<Slot> lane : lanes) {
            try {
                lane.shutdown(CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                log.warn("rows were still being committed at the end of the stop's limit");
                lane.halt();
            }
        }
    }
}

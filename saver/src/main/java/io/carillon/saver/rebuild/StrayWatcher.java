package io.carillon.saver.rebuild;

import io.carillon.saver.layout.PutOps;
import io.carillon.saver.mysql.Database;
import io.carillon.saver.mysql.MessageRow;
import io.carillon.saver.mysql.MessageTable;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.Reply;
import io.carillon.saver.redis.ScriptCalls;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts into Redis what MySQL alone had taken. Every saver watches the one table of strays, so that nothing waits for the
 * saver that wrote it; two at once are harmless, since the put operation knows ids that it has.
 *
 * <p>A load waits for a pass over what is known to be stray: that is how it reads both stores.
 */
public final class StrayWatcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StrayWatcher.class);
    private static final long POLL_MS = 500;
    private static final long LOAD_WAIT_MS = 500;
    private static final int ROWS_MAX = 500;

    private final WarmOps redis;
    private final ScriptCalls calls;
    private final Database mysql;
    private final IntConsumer stored;
    private final Thread thread = Thread.ofPlatform().daemon().name("strays").unstarted(this::run);
    private final Semaphore wakeUp = new Semaphore(0);
    /** Completes with the pass that begins after it was taken. */
    private volatile CompletableFuture<?> nextPass = new CompletableFuture<>();

    private volatile boolean some;
    private volatile boolean closed;

    public StrayWatcher(WarmOps redis, ScriptCalls calls, Database mysql, IntConsumer stored) {
        this.redis = redis;
        this.calls = calls;
        this.mysql = mysql;
        this.stored = stored;
    }

    public void start() {
        thread.start();
    }

    /** This saver committed a stray. Any thread. */
    public void onStray() {
        some = true;
    }

    /** Done when no stray is known here, or after half a second. */
    public CompletableFuture<?> settled() {
        if (!some || !calls.available()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<?> pass = nextPass;
        wakeUp.release();
        return pass.copy().completeOnTimeout(null, LOAD_WAIT_MS, TimeUnit.MILLISECONDS);
    }

    private void run() {
        while (!closed) {
            try {
                wakeUp.tryAcquire(POLL_MS, TimeUnit.MILLISECONDS);
                wakeUp.drainPermits();
                CompletableFuture<?> pass = nextPass;
                nextPass = new CompletableFuture<>();
                if (calls.available() && mysql.available()) {
                    drain();
                }
                pass.complete(null);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (SQLException e) {
                log.warn("strays wait error=\"{}\"", e.getMessage());
            } catch (RuntimeException e) {
                log.error("strays wait", e);
            }
        }
    }

    private void drain() throws SQLException {
        some = false;
        while (!closed) {
            List<MessageRow> rows = mysql.inTransaction(connection -> MessageTable.strays(connection, ROWS_MAX));
            if (rows.isEmpty()) {
                return;
            }
            List<byte[]> taken = put(rows);
            mysql.inTransaction(connection -> {
                MessageTable.deleteStrays(connection, taken);
                return true;
            });
            log.info("strays put into redis count={} of={}", taken.size(), rows.size());
            if (taken.size() < rows.size()) {
                some = true;
                return;
            }
        }
    }

    /** Ids of those that Redis has now. */
    private List<byte[]> put(List<MessageRow> rows) {
        List<Op> ops = rows.stream().map(row -> PutOps.restored(row, "")).toList();
        Reply[] replies = redis.submit(ops).join();
        List<byte[]> taken = new ArrayList<>();
        for (int i = 0; i < replies.length; i++) {
            if (replies[i].ok()) {
                taken.add(rows.get(i).messageId());
                stored.accept(rows.get(i).bucket());
            }
        }
        return taken;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}

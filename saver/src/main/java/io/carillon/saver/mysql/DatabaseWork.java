package io.carillon.saver.mysql;

import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Transactions for callers that must not block: a few threads, and a bounded queue that refuses beyond its bound. */
public final class DatabaseWork implements AutoCloseable {
    private static final int THREADS = 3;
    private static final int QUEUE_MAX = 1024;

    private final Database database;
    private final ThreadPoolExecutor threads;

    public DatabaseWork(Database database) {
        this(database, THREADS, "mysql-work-");
    }

    /** With as many threads as transactions may be under way at a time. */
    public DatabaseWork(Database database, int threadCount, String threadName) {
        this.database = database;
        threads = new ThreadPoolExecutor(
                threadCount,
                threadCount,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE_MAX),
                Thread.ofPlatform().daemon().name(threadName, 0).factory());
    }

    /** Fails with OVERLOADED where too much waits, with FAILED where MySQL did not do it, or perhaps did. */
    public <T> CompletableFuture<T> submit(Database.Work<T> work) {
        return run(() -> database.inTransaction(work));
    }

    /** Other work that blocks, on the same threads and within the same bound. */
    public <T> CompletableFuture<T> run(Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    done.complete(work.call());
                } catch (SQLException e) {
                    done.completeExceptionally(new RpcException(RpcStatus.FAILED, "mysql: " + e.getMessage()));
                } catch (Exception e) {
                    done.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new RpcException(RpcStatus.OVERLOADED, "too much waits for mysql"));
        }
        return done;
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(database.config().commitTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            threads.shutdownNow();
        }
    }
}

package io.carillon.sdk.platform;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timers over one daemon thread and {@link System#nanoTime}. Shared by any number of clients. */
public final class JvmTimers implements Timers, AutoCloseable {
    private final ScheduledThreadPoolExecutor executor;

    /** Starts its thread with the first timer. */
    public JvmTimers(String threadName) {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Cancellable schedule(Runnable task, long delayNs) {
        if (executor.isShutdown()) {
            return () -> {};
        }
        ScheduledFuture<?> future = executor.schedule(task, Math.max(0, delayNs), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /** Ends the thread; what was scheduled never rings. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}

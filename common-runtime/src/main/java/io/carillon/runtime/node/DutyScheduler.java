package io.carillon.runtime.node;

import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for what a service does now and then. A task that fails is logged, and one that repeats comes again at its next
 * time: the JDK's executor would end it without a word, and the duty with it for the rest of the process's life. Cancelled
 * tasks do not stay in the queue until their time. Thread-safe.
 */
public final class DutyScheduler extends ScheduledThreadPoolExecutor {
    private static final Logger log = LoggerFactory.getLogger(DutyScheduler.class);

    /** @param name of its thread, a daemon */
    public DutyScheduler(String name) {
        super(1, Thread.ofPlatform().name(name).daemon().factory());
        setRemoveOnCancelPolicy(true);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return super.schedule(logged(task), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return super.schedule(
                () -> {
                    try {
                        return task.call();
                    } catch (Exception | Error e) {
                        log.error("a task failed", e);
                        throw e;
                    }
                },
                delay,
                unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return super.scheduleWithFixedDelay(logged(task), initialDelay, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return super.scheduleAtFixedRate(logged(task), initialDelay, period, unit);
    }

    /** Errors as well: a class that can't be loaded now is no reason to stop for good. */
    private static Runnable logged(Runnable task) {
        // Since it last went well. Touched by the one thread only.
        int[] failures = {0};
        return () -> {
            try {
                task.run();
                failures[0] = 0;
            } catch (RuntimeException | Error e) {
                failures[0]++;
                if (Integer.bitCount(failures[0]) == 1) {
                    log.error("a task failed in_a_row={}", failures[0], e);
                }
            }
        };
    }
}

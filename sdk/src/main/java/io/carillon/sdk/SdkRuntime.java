package io.carillon.sdk;

import io.carillon.sdk.link.IoThreads;
import io.carillon.sdk.platform.JvmTimers;
import io.carillon.sdk.platform.Timers;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that clients share: selectors, one timer, background work that may wait (dispatcher, names, tokens, store),
 * and the default callback executor. All are daemons. Thread-safe.
 */
public final class SdkRuntime implements AutoCloseable {
    private final IoThreads io;
    private final JvmTimers timers;
    private final ExecutorService background;
    private final ExecutorService callbacks;

    private SdkRuntime(int ioThreads, int backgroundThreads, int callbackThreads) {
        io = new IoThreads("carillon-io", ioThreads);
        timers = new JvmTimers("carillon-timer");
        background = pool("carillon-background", backgroundThreads);
        callbacks = pool("carillon-callback", callbackThreads);
    }

    private static final class Shared {
        private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
        static final SdkRuntime RUNTIME = create(Math.min(2, PROCESSORS), 4, Math.max(2, PROCESSORS));
    }

    /** The one that clients take unless told otherwise; never closed. */
    public static SdkRuntime shared() {
        return Shared.RUNTIME;
    }

    /** One of its own, with so many threads of each kind, at least 1; closed by its maker after its clients. */
    public static SdkRuntime create(int ioThreads, int backgroundThreads, int callbackThreads) {
        return new SdkRuntime(ioThreads, backgroundThreads, callbackThreads);
    }

    IoThreads io() {
        return io;
    }

    Timers timers() {
        return timers;
    }

    Executor background() {
        return background;
    }

    Executor callbacks() {
        return callbacks;
    }

    /** Ends all threads. Clients that are still open lose their connection and make no other. */
    @Override
    public void close() {
        timers.close();
        io.close();
        background.shutdown();
        callbacks.shutdown();
    }

    /** The queue needs no bound of its own: a client has a few tasks in it at most. */
    private static ExecutorService pool(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}

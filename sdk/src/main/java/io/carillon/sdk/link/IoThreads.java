package io.carillon.sdk.link;

import java.util.concurrent.atomic.AtomicInteger;

/** The selector threads of a process, given out in turn. Thread-safe. */
public final class IoThreads implements AutoCloseable {
    private final IoThread[] threads;
    private final AtomicInteger next = new AtomicInteger();

    public IoThreads(String name, int count) {
        threads = new IoThread[count];
        for (int i = 0; i < count; i++) {
            threads[i] = new IoThread(name + "-" + (i + 1));
        }
    }

    /** The next in turn, started. */
    public IoThread next() {
        IoThread thread = threads[Math.floorMod(next.getAndIncrement(), threads.length)];
        thread.start();
        return thread;
    }

    @Override
    public void close() {
        for (IoThread thread : threads) {
            thread.close();
        }
    }
}

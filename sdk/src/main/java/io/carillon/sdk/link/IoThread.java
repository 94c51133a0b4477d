package io.carillon.sdk.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One thread, one selector, the links of many clients; everything of a client happens on its thread, which is why no part
 * of one has a lock. Tasks run in the order in which they were given. Its queue has no bound of its own: what enters it
 * is bounded by each client's windows and timers.
 */
public final class IoThread implements Executor, AutoCloseable {
    private static final int READ_BYTES = 64 * 1024;
    private static final int TASKS_PER_TURN = 1024;

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean started = new AtomicBoolean();

    /** Whether the selector was woken for tasks that it has not begun yet. */
    private final AtomicBoolean woken = new AtomicBoolean();

    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
    private volatile boolean closed;

    /** Told what a key is ready for, on the thread. */
    interface Ready {
        void onReady(int operations);
    }

    IoThread(String name) {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("no selector", e);
        }
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        if (started.compareAndSet(false, true)) {
            thread.start();
        }
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != thread && woken.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** What channels read into, cleared; borrowed for one read. */
    ByteBuffer readBuffer() {
        return readBuffer;
    }

    SelectionKey register(SocketChannel channel, int operations, Ready ready) throws ClosedChannelException {
        return channel.register(selector, operations, ready);
    }

    /** Ends the thread and closes its sockets. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        if (!started.get()) {
            closeAll();
        }
    }

    private void run() {
        while (!closed) {
            try {
                if (tasks.isEmpty()) {
                    selector.select();
                } else {
                    selector.selectNow();
                }
            } catch (IOException e) {
                break;
            }
            woken.set(false);
            runReady();
            runTasks();
        }
        // The goodbyes of clients that were closed a moment before.
        runTasks();
        closeAll();
    }

    private void runReady() {
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
            SelectionKey key = ready.next();
            ready.remove();
            try {
                if (key.isValid()) {
                    ((Ready) key.attachment()).onReady(key.readyOps());
                }
            } catch (RuntimeException e) {
                report(e);
            }
        }
    }

    private void runTasks() {
        for (int i = 0; i < TASKS_PER_TURN; i++) {
            Runnable task = tasks.poll();
            if (task == null) {
                return;
            }
            try {
                task.run();
            } catch (RuntimeException e) {
                report(e);
            }
        }
    }

    /** A bug in one client must not end the others that share the thread. */
    private void report(RuntimeException e) {
        Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
        if (handler != null) {
            handler.uncaughtException(thread, e);
        }
    }

    private void closeAll() {
        try {
            for (SelectionKey key : new ArrayList<>(selector.keys())) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            // Nothing is left that could use them.
            return;
        }
    }
}

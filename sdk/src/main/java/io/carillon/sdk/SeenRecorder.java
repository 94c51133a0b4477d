package io.carillon.sdk;

import io.carillon.sdk.platform.Timers;
import io.carillon.sdk.store.ClientStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Records message ids durably: what gathers while one write is under way goes with the next. A store that fails is asked
 * again, after 1 s to 60 s; nothing is reported durable before it is. Confined to its client's thread.
 */
final class SeenRecorder {
    private static final long RETRY_MS_MIN = 1_000;
    private static final long RETRY_MS_MAX = 60_000;

    private final Executor thread;
    private final Executor background;
    private final Timers timers;
    private final ClientStore store;
    private final String journal;
    private final List<Entry> waiting = new ArrayList<>();
    private boolean writing;
    private long retryMs = RETRY_MS_MIN;

    private static final class Entry {
        final MessageId id;
        final Runnable onDurable;

        Entry(MessageId id, Runnable onDurable) {
            this.id = id;
            this.onDurable = onDurable;
        }
    }

    SeenRecorder(Executor thread, Executor background, Timers timers, ClientStore store, String journal) {
        this.thread = thread;
        this.background = background;
        this.timers = timers;
        this.store = store;
        this.journal = journal;
    }

    /** Calls {@code onDurable}, on the client's thread, once {@code id} survives a crash. */
    void record(MessageId id, Runnable onDurable) {
        waiting.add(new Entry(id, onDurable));
        if (!writing) {
            write();
        }
    }

    private void write() {
        List<Entry> batch = new ArrayList<>(waiting);
        waiting.clear();
        writing = true;
        if (!store.blocking()) {
            onWritten(batch, append(batch));
            return;
        }
        try {
            background.execute(() -> {
                boolean written = append(batch);
                thread.execute(() -> onWritten(batch, written));
            });
        } catch (RejectedExecutionException e) {
            onWritten(batch, false);
        }
    }

    private boolean append(List<Entry> batch) {
        List<byte[]> ids = new ArrayList<>(batch.size());
        for (Entry entry : batch) {
            ids.add(entry.id.bytes());
        }
        try {
            store.addSeen(journal, ids);
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private void onWritten(List<Entry> batch, boolean written) {
        if (!written) {
            waiting.addAll(0, batch);
            timers.schedule(() -> thread.execute(this::write), TimeUnit.MILLISECONDS.toNanos(retryMs));
            retryMs = Math.min(RETRY_MS_MAX, 2 * retryMs);
            return;
        }
        writing = false;
        retryMs = RETRY_MS_MIN;
        for (Entry entry : batch) {
            entry.onDurable.run();
        }
        if (!waiting.isEmpty()) {
            write();
        }
    }
}

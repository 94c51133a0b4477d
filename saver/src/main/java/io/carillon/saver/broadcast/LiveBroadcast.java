package io.carillon.saver.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.NodeRef;
import java.util.ArrayList;
import java.util.List;

/** A broadcast's row, without what it delivers, while a change works on it. Confined to that change's transaction. */
final class LiveBroadcast {
    /** {@link #nextAtMs} while something of it runs. */
    static final long ALWAYS = 0;
    /** No tick has to look at it. */
    static final long NEVER = Long.MAX_VALUE;

    final ByteString id;
    final String app;
    final boolean kick;
    final boolean parallel;
    final long ratePerSecond;
    final long ttlMs;
    final long dueAtMs;
    /** Kicks: the rooms that are meant; empty: all. */
    final List<String> roomsMeant;

    BroadcastState state;
    long bseq;
    long startedAtMs;
    long finishedAtMs;
    long expiresAtMs;
    long nextAtMs;
    long endsAtMs = NEVER;
    boolean listed;
    boolean changed;
    /** Rooms that never had a task of it. */
    List<NodeRef> newcomers = List.of();
    /** Those that are not over. */
    final List<LiveTask> tasks = new ArrayList<>();

    LiveBroadcast(
            ByteString id,
            String app,
            boolean kick,
            boolean parallel,
            long ratePerSecond,
            long ttlMs,
            long dueAtMs,
            List<String> roomsMeant,
            BroadcastState state) {
        this.id = id;
        this.app = app;
        this.kick = kick;
        this.parallel = parallel;
        this.ratePerSecond = ratePerSecond;
        this.ttlMs = ttlMs;
        this.dueAtMs = dueAtMs;
        this.roomsMeant = roomsMeant;
        this.state = state;
    }

    boolean running() {
        return state == BroadcastState.BROADCAST_STATE_RUNNING;
    }

    boolean paused() {
        return state == BroadcastState.BROADCAST_STATE_PAUSED;
    }

    boolean over() {
        return state == BroadcastState.BROADCAST_STATE_FINISHED || state == BroadcastState.BROADCAST_STATE_CANCELLED;
    }

    /** Whether rooms may know of it. */
    boolean started() {
        return startedAtMs != 0;
    }

    void start(long newBseq, long nowMs) {
        state = BroadcastState.BROADCAST_STATE_RUNNING;
        bseq = newBseq;
        startedAtMs = nowMs;
        expiresAtMs = nowMs + ttlMs;
        listed = !kick;
        nextAtMs = ALWAYS;
        changed = true;
    }

    void addTask(NodeRef room) {
        tasks.add(new LiveTask(this, room, true));
    }

    void pause() {
        state = BroadcastState.BROADCAST_STATE_PAUSED;
        nextAtMs = started() ? ALWAYS : NEVER;
        changed = true;
    }

    void resume() {
        state = started() ? BroadcastState.BROADCAST_STATE_RUNNING : BroadcastState.BROADCAST_STATE_WAITING;
        nextAtMs = started() ? ALWAYS : dueAtMs;
        changed = true;
    }

    void cancel(long nowMs) {
        state = BroadcastState.BROADCAST_STATE_CANCELLED;
        listed = false;
        finishedAtMs = nowMs;
        endsAtMs = nowMs;
        nextAtMs = started() ? ALWAYS : NEVER;
        changed = true;
    }

    /** Its walk is over; it stays in the list to its expiry. */
    void finish(long nowMs) {
        state = BroadcastState.BROADCAST_STATE_FINISHED;
        finishedAtMs = nowMs;
        endsAtMs = expiresAtMs;
        changed = true;
    }

    void unlist() {
        listed = false;
        changed = true;
    }

    /** All of its tasks are over. */
    void rest() {
        nextAtMs = listed ? expiresAtMs : NEVER;
        changed = true;
    }
}

package io.carillon.saver.broadcast;

import io.carillon.contract.NodeRef;
import io.carillon.contract.TaskState;

/** A task's row while a tick works on it. Confined to the tick's transaction. */
final class LiveTask {
    static final long UNKNOWN = -1;

    final LiveBroadcast broadcast;
    final NodeRef room;
    /** Not stored yet. */
    final boolean fresh;

    TaskState state = TaskState.TASK_STATE_OPEN;
    /** Empty: nobody has it. */
    String owner = "";

    long number;
    long leaseUntilMs;
    /** 0: its room is there. */
    long absentSinceMs;

    long left = UNKNOWN;
    /** As every tick finds it that comes before this one's report is stored. */
    long leftBefore = UNKNOWN;
    /** This tick reports it. */
    boolean reported;

    boolean changed;
    /** The asker does not know it yet, or has forgotten it. */
    boolean given;
    /** The asker's, but there is no room for its record in this answer. */
    boolean withheld;

    LiveTask(LiveBroadcast broadcast, NodeRef room, boolean fresh) {
        this.broadcast = broadcast;
        this.room = room;
        this.fresh = fresh;
    }

    /** A tick takes it up. */
    void begin() {
        leftBefore = left;
        reported = false;
    }

    boolean over() {
        return state == TaskState.TASK_STATE_DONE || state == TaskState.TASK_STATE_GONE;
    }

    boolean heldBy(String center, long nowMs) {
        return owner.equals(center) && leaseUntilMs > nowMs;
    }

    void end(TaskState how) {
        state = how;
        owner = "";
        leaseUntilMs = 0;
        changed = true;
    }
}

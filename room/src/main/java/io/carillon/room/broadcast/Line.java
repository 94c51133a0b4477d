package io.carillon.room.broadcast;

import io.carillon.contract.BroadcastState;
import org.jspecify.annotations.Nullable;

/**
 * A broadcast in an app's list, and what is to be done with it.
 *
 * @param state RUNNING, PAUSED or FINISHED
 * @param run the order under which this room walks it; null: there was none
 */
record Line(
        BroadcastRecord record,
        BroadcastState state,
        @Nullable Run run) {
    boolean running() {
        return state == BroadcastState.BROADCAST_STATE_RUNNING;
    }

    boolean finished() {
        return state == BroadcastState.BROADCAST_STATE_FINISHED;
    }

    /** It may be walked: over, or ordered and not held up. */
    boolean mayWalk() {
        return finished() || (running() && run != null && run.begun());
    }
}

package io.carillon.room.broadcast;

import io.carillon.contract.BroadcastStep;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * What became of broadcasts at the users who are sampled, until saver has written it down. Bounded: what is beyond is
 * dropped and counted. Thread-safe; never blocks.
 */
final class Steps {
    static final int WAITING_MAX = 10_000;

    private final int oneIn;
    private final BroadcastCounters counters;
    private final ArrayBlockingQueue<BroadcastStep> waiting = new ArrayBlockingQueue<>(WAITING_MAX);

    /** @param oneIn of so many users one is sampled; 0: nothing is written down, not of the room either */
    Steps(int oneIn, BroadcastCounters counters) {
        this.oneIn = oneIn;
        this.counters = counters;
    }

    /** A step at one user. */
    void add(BroadcastRecord record, String user, long atMs, String type, String reason) {
        if (record.sample.has(user)) {
            offer(step(record, atMs, type, reason).setUser(user).build());
        }
    }

    /** A step of the whole room. */
    void ofRoom(BroadcastRecord record, long atMs, String type) {
        if (oneIn > 0) {
            String reason = oneIn == 1 ? "every user is recorded" : "one user in " + oneIn + " is recorded";
            offer(step(record, atMs, type, reason).build());
        }
    }

    private static BroadcastStep.Builder step(BroadcastRecord record, long atMs, String type, String reason) {
        return BroadcastStep.newBuilder()
                .setBroadcast(record.id)
                .setApp(record.app)
                .setAtMs(atMs)
                .setType(type)
                .setReason(reason);
    }

    private void offer(BroadcastStep step) {
        if (!waiting.offer(step)) {
            counters.broadcastStepDropped();
        }
    }

    List<BroadcastStep> take(int max) {
        List<BroadcastStep> taken = new ArrayList<>();
        waiting.drainTo(taken, max);
        return taken;
    }

    /** They did not arrive; their order does not matter. */
    void giveBack(List<BroadcastStep> steps) {
        steps.forEach(this::offer);
    }
}

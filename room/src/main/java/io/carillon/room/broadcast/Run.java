package io.carillon.room.broadcast;

import io.carillon.contract.BroadcastCount;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.contract.TaskState;

/**
 * A broadcast that this room was ordered to walk: once in its life, whoever orders. Confined to the desk, but for what
 * says otherwise.
 */
final class Run {
    final BroadcastRecord record;
    private final Share[] shares;

    long leaseNumber;
    /** When an order came last. */
    long heardNs;
    /** RUNNING, PAUSED or CANCELLED. */
    BroadcastState wanted;

    private double perSecond;
    /** Read on all loops: the list is there, or was waited for long enough. */
    private volatile boolean begun;

    Run(BroadcastRecord record, int loops, long leaseNumber, BroadcastState wanted, long nowNs) {
        this.record = record;
        this.shares = new Share[loops];
        for (int i = 0; i < loops; i++) {
            shares[i] = new Share();
        }
        this.leaseNumber = leaseNumber;
        this.wanted = wanted;
        this.heardNs = nowNs;
    }

    /** Any thread. */
    Share share(int loop) {
        return shares[loop];
    }

    /** Any thread. */
    boolean begun() {
        return begun;
    }

    void begin() {
        begun = true;
    }

    /** Nobody here is meant. */
    void skip() {
        for (Share share : shares) {
            share.left = 0;
            share.done = true;
        }
    }

    void cancel() {
        wanted = BroadcastState.BROADCAST_STATE_CANCELLED;
    }

    boolean cancelled() {
        return wanted == BroadcastState.BROADCAST_STATE_CANCELLED;
    }

    boolean done() {
        if (cancelled()) {
            return true;
        }
        for (Share share : shares) {
            if (!share.done) {
                return false;
            }
        }
        return true;
    }

    void setRate(double newPerSecond) {
        perSecond = newPerSecond;
        shareOut();
    }

    /**
     * Splits the rate over the loops by what each has before it; once all are through, evenly, for logins. One that is
     * through alone gets its part of it again when somebody has logged in there.
     */
    void shareOut() {
        long left = left();
        for (Share share : shares) {
            double part = left == 0 ? 1.0 / shares.length : (double) share.left / left;
            share.perSecond = perSecond <= 0 ? TokenBucket.UNLIMITED : perSecond * part;
        }
    }

    long left() {
        long left = 0;
        for (Share share : shares) {
            left += share.left;
        }
        return left;
    }

    OrderResult result(OrderOutcome outcome) {
        BroadcastCount count = record.tally.count();
        boolean done = done();
        return OrderResult.newBuilder()
                .setOutcome(outcome)
                .setState(done ? TaskState.TASK_STATE_DONE : TaskState.TASK_STATE_WALKING)
                .setTargeted(count.getTargeted())
                .setWritten(count.getWritten())
                .setAcked(count.getAcked())
                .setLeft(done ? 0 : left())
                .build();
    }
}

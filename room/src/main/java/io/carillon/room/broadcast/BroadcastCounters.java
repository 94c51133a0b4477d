package io.carillon.room.broadcast;

/** What broadcasts do to bindings, counted. Thread-safe, cheap. */
public interface BroadcastCounters {
    void broadcastWritten();

    void broadcastPassedOver();

    /** A step for the ledger, because too many wait. */
    void broadcastStepDropped();
}

package io.carillon.room.broadcast;

/** Counts nothing. */
public final class NoCounters implements BroadcastCounters {
    @Override
    public void broadcastWritten() {}

    @Override
    public void broadcastPassedOver() {}

    @Override
    public void broadcastStepDropped() {}
}

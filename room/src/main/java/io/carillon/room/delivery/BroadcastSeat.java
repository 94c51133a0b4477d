package io.carillon.room.delivery;

import org.jspecify.annotations.Nullable;

/**
 * A binding as broadcasts see it: where they write, how far it has them, and what else is to be remembered. The rule
 * stands in the package that carries them out. Event-loop confined.
 */
public abstract sealed class BroadcastSeat permits SentWindow {
    final PushOutput output;
    /** Up to there the client has, or does not need, every broadcast of the app, and knows so. */
    private long broadcastFloor;

    private @Nullable BroadcastStanding standing;

    BroadcastSeat(PushOutput output) {
        this.output = output;
    }

    public abstract boolean ended();

    public long broadcastFloor() {
        return broadcastFloor;
    }

    public void setBroadcastFloor(long floor) {
        broadcastFloor = floor;
    }

    /** Null: nothing is known of the user's tags, and nothing else is to be remembered. */
    public @Nullable BroadcastStanding standing() {
        return standing;
    }

    public void setStanding(@Nullable BroadcastStanding newStanding) {
        standing = newStanding;
    }

    /** False where the reader is slow or the client takes nothing: it is passed over then. */
    public boolean takesBroadcasts() {
        return !ended() && output.writable() && output.window() > 0;
    }

    /** Where broadcasts are written. */
    public PushOutput output() {
        return output;
    }
}

package io.carillon.room.delivery;

import org.jspecify.annotations.Nullable;

/**
 * What a binding leaves to the one that takes its place on another connection of the same client, perhaps of another
 * loop. Not thread-safe: whoever keeps it guards it.
 */
public final class Remains {
    final long lastSent;
    final long tagsVersion;
    final @Nullable InFlight inFlight;
    final @Nullable Unacknowledged unacknowledged;
    /** Holds the bytes of what is unacknowledged in its budget until they are released. */
    private final DeliveryLoop home;

    private boolean mayLoad;
    private boolean hint;

    Remains(
            DeliveryLoop home,
            long lastSent,
            long tagsVersion,
            @Nullable InFlight inFlight,
            @Nullable Unacknowledged unacknowledged,
            boolean mayLoad,
            boolean hint) {
        this.home = home;
        this.lastSent = lastSent;
        this.tagsVersion = tagsVersion;
        this.inFlight = inFlight;
        this.unacknowledged = unacknowledged;
        this.mayLoad = mayLoad;
        this.hint = hint;
    }

    /** There may be something new in the mailbox. */
    public void note(boolean registered) {
        hint = true;
        mayLoad |= registered;
    }

    /** Over, or taken. Any thread, once. */
    public void release() {
        if (unacknowledged != null) {
            home.releaseLater(unacknowledged.bytes());
        }
    }

    boolean mayLoad() {
        return mayLoad;
    }

    boolean hint() {
        return hint;
    }
}

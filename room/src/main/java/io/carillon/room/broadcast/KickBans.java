package io.carillon.room.broadcast;

import io.carillon.contract.BanEntry;
import java.util.function.Consumer;

/** Where the bans of a kick go before its users do. Thread-safe; never blocks. */
@FunctionalInterface
public interface KickBans {
    /**
     * Takes a ban; false where too many wait, and nothing was taken.
     *
     * @param then called once, on any thread: true when the ban is stored, false where it was refused for good
     */
    boolean offer(BanEntry ban, Consumer<Boolean> then);
}

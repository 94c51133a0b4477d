package io.carillon.saver.presence;

import io.carillon.contract.PresenceEvent;

/**
 * What a row of presence says of a user.
 *
 * @param stored whether there is a row
 * @param untold online, and nobody was told
 * @param version of the newest change that was taken
 * @param atMs since when, by the clock of register
 */
record PresenceState(boolean stored, boolean online, boolean untold, long version, long atMs, String room) {
    static final PresenceState NONE = new PresenceState(false, false, false, 0, 0, "");

    /** @param meant whether the app wants to be told of the user */
    PresenceState after(PresenceEvent event, boolean meant) {
        boolean other = event.getOnline() != online;
        boolean told = online && !untold;
        return new PresenceState(
                true,
                event.getOnline(),
                event.getOnline() && !told && !meant,
                event.getVersion(),
                other ? event.getAtMs() : atMs,
                event.getRoom());
    }

    /** Whether the app knows the user to be online. */
    boolean told() {
        return online && !untold;
    }

    PresenceState afterTold() {
        return new PresenceState(stored, online, false, version, atMs, room);
    }
}

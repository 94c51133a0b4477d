package io.carillon.center.kick;

import io.carillon.contract.Presence;

/** What became of a kick by user. */
public sealed interface KickAnswer {
    /**
     * The steps were taken.
     *
     * @param kicked a session was ended
     * @param presence as register saw the user before
     * @param bannedUntilMs milliseconds since 1970; 0: no ban was asked for
     */
    record Done(boolean kicked, Presence presence, long bannedUntilMs) implements KickAnswer {}

    /** The stores do not take the ban; nothing was done. */
    record Refused(String reason) implements KickAnswer {}
}

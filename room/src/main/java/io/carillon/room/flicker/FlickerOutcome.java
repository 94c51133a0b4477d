package io.carillon.room.flicker;

import java.util.Locale;

/** What became of a lost connection's state, or of a client's wish to have it. */
public enum FlickerOutcome {
    /** A connection was lost and its state kept. */
    KEPT,
    /** A connection was lost and its state not kept: at the bound. */
    NOT_KEPT,
    /** The client came back and has it. */
    RESUMED,
    /** The client came back and named a connection whose state is not here. */
    MISSED,
    /** The client named a connection with a wrong secret. */
    REFUSED,
    /** Nobody came for it in time. */
    EXPIRED;

    /** For metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.carillon.room.label;

import java.util.Locale;

/** What became of a client's TAGS. None of these is told to the client. */
public enum TagsOutcome {
    /** It holds now, or held before. */
    CHANGED,
    /** The app does not let its clients change tags. */
    NOT_ALLOWED,
    /** No tags, or such as can't be. */
    NOT_VALID,
    /** saver did not take it: the user would have too many. */
    REFUSED,
    /** At a bound, or saver did not answer for too long. */
    LOST;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

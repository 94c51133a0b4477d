package io.carillon.sdk.store;

import java.io.IOException;

/** There is a value, but not as it was saved, and it won't get better: asking again is of no use. */
public final class DamagedValueException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message names the value, and what is wrong with it */
    public DamagedValueException(String message) {
        super(message);
    }
}

package io.carillon.deploy.fleet;

/** Something the caller can mend; the message is one sentence that says what and how. */
public final class FleetException extends Exception {
    private static final long serialVersionUID = 1L;

    public FleetException(String message) {
        super(message);
    }

    public FleetException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.carillon.sdk;

/** Thrown by a listener that will never take a message: it is removed and its sender's ledger says "refused". */
public final class MessageRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The app's own number for why. */
    private final int reason;

    /**
     * Refuses for a reason of the app's own.
     *
     * @param reason 0 or more; shown in the ledger
     */
    public MessageRefusedException(int reason) {
        super("refused by the listener, reason " + reason, null, false, false);
        if (reason < 0) {
            throw new IllegalArgumentException("reason: " + reason + " (expected: >= 0)");
        }
        this.reason = reason;
    }

    /** The app's own number for why. */
    public int reason() {
        return reason;
    }
}

package io.carillon.sdk;

/** Why an uplink was not confirmed. */
public final class UplinkException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What follows from it. */
    public enum Reason {
        /** The queue of the client holds as many as it may; nothing was sent. */
        QUEUE_FULL,
        /** Longer than the room takes; nothing was sent. */
        TOO_LARGE,
        /** No confirmation in time; the business may have got it. */
        DEADLINE,
        /** The room refused it; repeating it does not help. */
        REFUSED,
        /** The binding or the client was closed; the business may have got it. */
        CLOSED
    }

    /** What follows from it. */
    private final Reason reason;

    UplinkException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** What follows from it. */
    public Reason reason() {
        return reason;
    }
}

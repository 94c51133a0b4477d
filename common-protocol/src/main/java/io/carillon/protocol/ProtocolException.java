package io.carillon.protocol;

/** Bytes that break the client protocol. The connection they came over is beyond repair. */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ProtocolCode code;

    public ProtocolException(ProtocolCode code, String message) {
        // An expected event at the edge of the system: no stack trace is worth its cost.
        super(message, null, false, false);
        this.code = code;
    }

    public ProtocolCode code() {
        return code;
    }
}

package io.carillon.rpc;

/** The other end broke the protocol: the connection is of no more use. */
final class BadFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    BadFrameException(String message) {
        super(message, null, false, false);
    }
}

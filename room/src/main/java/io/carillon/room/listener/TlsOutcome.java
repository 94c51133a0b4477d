package io.carillon.room.listener;

import java.util.Locale;

/** How a TLS handshake ended. */
public enum TlsOutcome {
    /** With the certificate and a signature: the expensive kind. */
    FULL,
    /** The client came with a ticket of an earlier connection, and it was taken. */
    RESUMED,
    /** No TLS 1.3, no trust in the certificate, too late, or the client went. */
    FAILED;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

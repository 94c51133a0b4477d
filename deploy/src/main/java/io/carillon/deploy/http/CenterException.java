package io.carillon.deploy.http;

import org.jspecify.annotations.Nullable;

/** A call of the HTTP API that was refused or not answered; the message is one sentence that says why. */
public final class CenterException extends Exception {
    private static final long serialVersionUID = 1L;

    public CenterException(String message) {
        super(message);
    }

    public CenterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

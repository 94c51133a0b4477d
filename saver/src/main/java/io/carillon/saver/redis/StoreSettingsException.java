package io.carillon.saver.redis;

/** A store is set up so that it would lose messages; the message names the setting and the value expected. */
public final class StoreSettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreSettingsException(String message) {
        super(message);
    }
}

package io.carillon.bench.inject;

/** Brings messages into the server. The calls of one burst come from one thread, {@link #flush} behind them. */
public interface Injector extends AutoCloseable {
    /** What becomes of a message as far as the server says it; called on any thread. */
    interface Fate {
        /** The server did not take it, and never will. */
        void onRefused();
    }

    /**
     * Sends to one device.
     *
     * @param handle as the device's login said it
     * @param qos0 not acknowledged
     */
    void send(int device, long handle, byte[] payload, boolean qos0, Fate fate);

    /**
     * Sends to several devices in one request.
     *
     * @param fate told once for each that was not taken
     * @throws UnsupportedOperationException where the server knows no such request
     */
    default void sendToSome(int first, int count, byte[] payload, boolean qos0, Fate fate) {
        throw new UnsupportedOperationException("users-per-request: " + count + " (expected: 1, but for a fleet)");
    }

    /** Sends what was gathered. */
    void flush();

    /** Sends to every device that is connected. */
    void sendToAll(long number, byte[] payload, boolean qos0);

    /** Why nothing can be sent just now; empty: it can. */
    String problem();

    @Override
    void close();
}

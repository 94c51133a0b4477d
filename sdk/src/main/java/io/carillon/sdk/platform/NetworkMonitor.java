package io.carillon.sdk.platform;

/**
 * Tells which network there is. On Android it is written over {@code ConnectivityManager}. Implementations are
 * thread-safe.
 */
public interface NetworkMonitor {
    /** The network of now. Returns at once. */
    NetworkState current();

    /**
     * Calls {@code onChange} after every change of {@link #current}, on any thread, until the answer is cancelled. The
     * call is short and never throws.
     */
    Cancellable listen(Runnable onChange);

    /** One network that never changes: what a server has. */
    static NetworkMonitor always(NetworkKind kind) {
        NetworkState state = NetworkState.of(kind, "");
        return new NetworkMonitor() {
            @Override
            public NetworkState current() {
                return state;
            }

            @Override
            public Cancellable listen(Runnable onChange) {
                return () -> {};
            }
        };
    }
}

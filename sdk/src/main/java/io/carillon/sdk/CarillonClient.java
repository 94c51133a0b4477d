package io.carillon.sdk;

import java.util.concurrent.CompletableFuture;

/**
 * A client: one connection to a room, shared by up to 16 bindings, kept up until {@link #close}. Thread-safe; no call
 * waits. Threads are those of its {@link SdkRuntime}, shared with all clients of the process.
 */
public interface CarillonClient extends AutoCloseable {
    /** Starts to describe a client. */
    static CarillonClientBuilder builder() {
        return new CarillonClientBuilder();
    }

    /**
     * Adds a user of an app, at any time.
     *
     * @throws IllegalStateException if 16 are bound, this one is bound already, or the client is closed
     */
    Binding bind(String app, String user, TokenSource tokens, MessageListener listener);

    /** As {@link #bind}, with a listener whose work goes on after the call. */
    Binding bindAsync(String app, String user, TokenSource tokens, AsyncMessageListener listener);

    /** Whether it is logged in just now. */
    boolean isConnected();

    /** Completes, on the callback executor, at the first login; fails when the client is closed before. */
    CompletableFuture<ConnectionInfo> firstConnected();

    /** Says goodbye and ends everything. Uplinks that were not confirmed fail. */
    @Override
    void close();
}

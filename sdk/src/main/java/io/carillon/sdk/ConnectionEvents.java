package io.carillon.sdk;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Calls a {@link ConnectionListener} in order. An executor that takes nothing loses the news, not the connection. */
final class ConnectionEvents {
    private final SerialExecutor calls;
    private final ConnectionListener listener;

    ConnectionEvents(Executor callbacks, ConnectionListener listener) {
        this.calls = new SerialExecutor(callbacks);
        this.listener = listener;
    }

    void connected(ConnectionInfo connection) {
        run(() -> listener.onConnected(connection));
    }

    void disconnected(String reason) {
        run(() -> listener.onDisconnected(reason));
    }

    void bound(Binding binding) {
        run(() -> listener.onBound(binding));
    }

    void kicked(Binding binding, EndReason reason, String text, @Nullable String newcomer) {
        run(() -> listener.onKicked(binding, reason, text, newcomer));
    }

    void tokenRefused(Binding binding, String text) {
        run(() -> listener.onTokenRefused(binding, text));
    }

    void badNetwork(String networkKey) {
        run(() -> listener.onBadNetwork(networkKey));
    }

    void run(Runnable call) {
        try {
            calls.execute(call);
        } catch (RejectedExecutionException e) {
            // Said above.
            return;
        }
    }
}

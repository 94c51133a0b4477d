package io.carillon.rpc;

import com.google.protobuf.MessageLite;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One other process, with the connections to it. They are opened at once and reopened with jitter. Thread-safe. */
public interface RpcPeer extends AutoCloseable {
    /** The name that it was opened under. */
    String name();

    InetSocketAddress address();

    /** True while at least one connection has finished its hello. */
    boolean connected();

    /** Who answered there last; null before the first hello. */
    @Nullable
    RpcIdentity identity();

    /** The peer's wall clock less ours as the last hello showed it, ms, exact to half a round trip; 0 before. */
    default long clockOffsetMs() {
        return 0;
    }

    /** Requests in flight over all its connections. */
    int inFlight();

    /**
     * Sends a request. Never blocks. The future completes on an event loop, or has completed when it is returned: what
     * hangs on it must not block either.
     *
     * @param timeout from now; the rest of it travels with the request
     * @return the answer, or an {@link RpcException} (as itself, not wrapped)
     */
    <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> call(
            RpcMethod<Q, A> method, Q request, Duration timeout);

    /** Adds a listener; it is told at once where the peer is connected already. */
    void listen(Listener listener);

    /** Fails what is in flight with CONNECTION_LOST and connects no more. */
    @Override
    void close();

    /** Told on an event loop; must not block. */
    interface Listener {
        /**
         * The first connection to this incarnation has finished its hello. Where the process before it died unnoticed, no
         * onDown comes between.
         */
        void onUp(RpcPeer peer, RpcIdentity identity);

        /**
         * The last connection is gone, or the peer said that it stops. Told a second time, with {@code refused}, once the
         * address has refused a new connection: then no process listens there.
         *
         * @param refused the address answers, and refuses connections
         */
        void onDown(RpcPeer peer, boolean refused);
    }
}

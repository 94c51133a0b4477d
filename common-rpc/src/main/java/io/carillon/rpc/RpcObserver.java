package io.carillon.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Told what RPC does, for metrics. Called on hot paths from any thread: must be thread-safe, quick, and must not throw.
 */
public interface RpcObserver {
    /** Counts nothing. */
    RpcObserver NONE = new RpcObserver() {};

    /** A call of ours was admitted and is in flight. */
    default void onCallStarted(RpcMethod<?, ?> method) {}

    /**
     * A call of ours that had been admitted ended.
     *
     * @param status null for an answer
     */
    default void onCallFinished(RpcMethod<?, ?> method, @Nullable RpcStatus status, long elapsedNs) {}

    /** A call of ours ended before it was in flight: OVERLOADED, NOT_CONNECTED, MALFORMED or DEADLINE_EXCEEDED. */
    default void onCallRefused(RpcMethod<?, ?> method, RpcStatus status) {}

    /** A request of a peer was admitted. */
    default void onRequestStarted(RpcMethod<?, ?> method) {}

    /**
     * A request of a peer that had been admitted ended.
     *
     * @param status null for an answer; DEADLINE_EXCEEDED: dropped before its handler ran
     */
    default void onRequestFinished(RpcMethod<?, ?> method, @Nullable RpcStatus status, long elapsedNs) {}

    /** A request of a peer was refused at once: OVERLOADED, STOPPING, MALFORMED or DEADLINE_EXCEEDED. */
    default void onRequestRefused(RpcMethod<?, ?> method, RpcStatus status) {}

    /** A connection of ours is up; {@code again}: there was one in its place before. */
    default void onConnected(String peer, boolean again) {}

    /** A connection of ours was lost, or could not be made. */
    default void onDisconnected(String peer) {}

    /** A server of ours closed a connection that proved nothing: wrong secret, garbage, silence, too many. */
    default void onHelloRefused(HelloRefusal reason) {}
}

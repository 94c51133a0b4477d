package io.carillon.runtime.node;

import io.carillon.rpc.RpcServer;
import java.time.Duration;

/**
 * One role's work in a process. Called in this order, on one thread: register, start, then after a while drain
 * and stop.
 */
public interface Service {
    /** Adds the methods that it serves. Nothing is asked of them before {@link #start} has returned. */
    void register(RpcServer.Builder rpc);

    /** Returns when it can work; a failure ends the process with the message. */
    void start() throws Exception;

    /** True while it does what it is for; asked by the readiness probe, from any thread. */
    boolean ready();

    /**
     * Told to stop while still announced, though as draining: has those who use it go elsewhere, where that is wanted.
     * Bounded by the service itself.
     */
    default void drain() throws Exception {}

    /** Takes nothing new, finishes what it has, and frees everything within {@code limit}. */
    void stop(Duration limit) throws Exception;
}

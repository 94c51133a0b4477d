package io.carillon.runtime.peers;

import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;

/** Told of the coming and going of a role's processes, one call at a time, on a thread that must not be blocked. */
public interface PeersListener {
    /** The set of peers, or who owns which bucket, may have changed. */
    default void onChange() {}

    /** A connection to this life of the process has finished its hello. */
    default void onUp(RpcPeer peer, RpcIdentity identity) {}

    /**
     * This life of the process is over for certain: connection and discovery have both lost it, its address refuses
     * connections, or another incarnation answers there.
     */
    default void onGone(String name, long incarnation) {}
}

package io.carillon.coordinator.uplink;

import io.carillon.rpc.RpcCall;
import io.carillon.rpc.RpcIdentity;

/** A call from a room with all the time in the world. */
final class NoCall implements RpcCall {
    @Override
    public RpcIdentity caller() {
        return new RpcIdentity("room", "room-1", 1, "test");
    }

    @Override
    public long remainingNs() {
        return Long.MAX_VALUE;
    }
}

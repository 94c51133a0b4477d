package io.carillon.rpc;

/** What a handler knows of a request beside its body. */
public interface RpcCall {
    /** Who asks. */
    RpcIdentity caller();

    /** Time left until the caller gives up, nanoseconds; zero or less when it has. Any thread. */
    long remainingNs();
}

package io.carillon.rpc;

import java.util.Locale;

/** How a call can end without an answer. */
public enum RpcStatus {
    /** Too many calls or bytes in flight, here or there; refused before any work. */
    OVERLOADED(1, true),
    /** The deadline passed. Where the request had left, it may have been executed. */
    DEADLINE_EXCEEDED(2, false),
    /** There was no connection; nothing left this process. */
    NOT_CONNECTED(3, true),
    /** The connection went while the request was under way. */
    CONNECTION_LOST(4, false),
    /** The peer does not serve the method. */
    NO_SUCH_METHOD(5, true),
    /** The peer could not parse the request, or this side the answer. */
    MALFORMED(6, false),
    /** The peer is stopping, and did not start on it. */
    STOPPING(7, true),
    /** The peer's handler failed. */
    FAILED(8, false);

    private final int wire;
    private final boolean notExecuted;

    RpcStatus(int wire, boolean notExecuted) {
        this.wire = wire;
        this.notExecuted = notExecuted;
    }

    /** The number on the wire, above 0. */
    public int wire() {
        return wire;
    }

    /** True where it is certain that no handler saw the request. */
    public boolean notExecuted() {
        return notExecuted;
    }

    /** For metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status of a wire number; FAILED for one that this release does not know. */
    public static RpcStatus of(int wire) {
        for (RpcStatus status : values()) {
            if (status.wire == wire) {
                return status;
            }
        }
        return FAILED;
    }
}

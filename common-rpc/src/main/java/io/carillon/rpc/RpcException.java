package io.carillon.rpc;

/** A call that ended without an answer. Carries no stack trace: it is an expected event. */
public final class RpcException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RpcStatus status;
    private final boolean notExecuted;

    public RpcException(RpcStatus status, String message) {
        this(status, status.notExecuted(), message);
    }

    /** @param notExecuted true where it is certain that no handler saw the request, whatever the status says alone */
    public RpcException(RpcStatus status, boolean notExecuted, String message) {
        super(message, null, false, false);
        this.status = status;
        this.notExecuted = notExecuted;
    }

    public RpcStatus status() {
        return status;
    }

    /** True where it is certain that no handler saw the request: the caller may say that nothing happened. */
    public boolean notExecuted() {
        return notExecuted;
    }
}

package io.carillon.rpc;

import com.google.protobuf.MessageLite;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call of ours, from its admission to its end: the future that the caller holds, and its place in the structures of its
 * connection. The fields that are not final belong to the connection's event loop.
 */
final class PendingCall<A extends MessageLite> extends CompletableFuture<A> implements Handover.Node<PendingCall<?>> {
    final RpcMethod<?, A> method;
    final Admission.Gate gate;
    final int bodyBytes;
    final long startNs;
    final long deadlineNs;

    /** Null once written or ended. */
    @Nullable
    MessageLite request;

    long id;
    boolean ended;
    int bucket;

    @Nullable
    PendingCall<?> before;

    @Nullable
    PendingCall<?> after;

    private @Nullable PendingCall<?> next;

    PendingCall(
            RpcMethod<?, A> method,
            MessageLite request,
            int bodyBytes,
            Admission.Gate gate,
            long startNs,
            long deadlineNs) {
        this.method = method;
        this.request = request;
        this.bodyBytes = bodyBytes;
        this.gate = gate;
        this.startNs = startNs;
        this.deadlineNs = deadlineNs;
    }

    @Override
    public @Nullable PendingCall<?> next() {
        return next;
    }

    @Override
    public void next(@Nullable PendingCall<?> node) {
        next = node;
    }
}

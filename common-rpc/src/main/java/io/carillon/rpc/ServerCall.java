package io.carillon.rpc;

import com.google.protobuf.MessageLite;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A request of a peer, from its admission to its answer: the task that runs its handler, the observer of the handler's
 * stage, and the node in which the answer goes back to the event loop. One thread has it at a time.
 */
final class ServerCall<Q extends MessageLite, A extends MessageLite>
        implements RpcCall, Runnable, BiConsumer<@Nullable A, @Nullable Throwable>, Handover.Node<ServerCall<?, ?>> {
    final ServerMethod<Q, A> served;
    final Admission.Gate gate;
    final long id;
    final int bodyBytes;
    final long startNs;

    @Nullable
    MessageLite answer;

    int answerBytes;

    @Nullable
    Throwable failure;

    private final ServerLink link;
    private final long deadlineNs;
    private final Q request;
    private @Nullable ServerCall<?, ?> next;

    ServerCall(
            ServerLink link,
            ServerMethod<Q, A> served,
            Admission.Gate gate,
            long id,
            Q request,
            int bodyBytes,
            long startNs,
            long deadlineNs) {
        this.link = link;
        this.served = served;
        this.gate = gate;
        this.id = id;
        this.request = request;
        this.bodyBytes = bodyBytes;
        this.startNs = startNs;
        this.deadlineNs = deadlineNs;
    }

    @Override
    public RpcIdentity caller() {
        return link.caller();
    }

    @Override
    public long remainingNs() {
        return deadlineNs - link.nowNs();
    }

    /** Runs the handler, unless nobody waits for it any more. */
    @Override
    public void run() {
        if (remainingNs() <= 0 || link.isClosed()) {
            accept(null, expired());
            return;
        }
        CompletionStage<A> stage;
        try {
            stage = served.handler().onRequest(request, this);
        } catch (Throwable thrown) {
            accept(null, thrown);
            return;
        }
        if (stage instanceof CompletableFuture<A> future && future.state() == Future.State.SUCCESS) {
            accept(future.resultNow(), null);
        } else {
            stage.whenComplete(this);
        }
    }

    private RpcException expired() {
        return new RpcException(
                RpcStatus.DEADLINE_EXCEEDED, true, served.method().name() + ": expired before it was started");
    }

    @Override
    public void accept(@Nullable A result, @Nullable Throwable thrown) {
        if (thrown != null) {
            failure = thrown;
        } else if (result == null) {
            failure = new NullPointerException("handler of " + served.method().name() + " answered null");
        } else {
            answer = result;
            answerBytes = result.getSerializedSize();
        }
        link.onHandled(this);
    }

    @Override
    public @Nullable ServerCall<?, ?> next() {
        return next;
    }

    @Override
    public void next(@Nullable ServerCall<?, ?> node) {
        next = node;
    }
}

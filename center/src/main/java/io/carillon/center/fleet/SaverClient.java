package io.carillon.center.fleet;

import com.google.protobuf.MessageLite;
import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks any saver, and once another one where that is safe: the method is idempotent, or the request did not reach a
 * handler. Thread-safe.
 */
public final class SaverClient {
    private final Fleet fleet;
    private final RetryBudget budget;
    private final Duration attemptTimeout;

    /** @param attemptTimeout of one attempt; there are two at most */
    public SaverClient(Fleet fleet, RetryBudget budget, Duration attemptTimeout) {
        this.fleet = fleet;
        this.budget = budget;
        this.attemptTimeout = attemptTimeout;
    }

    /** The answer, or an {@link RpcException}. Completes on an event loop. */
    public <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> ask(RpcMethod<Q, A> method, Q request) {
        Set<String> tried = new HashSet<>();
        RpcPeer first = fleet.saver(tried);
        if (first == null) {
            return CompletableFuture.failedFuture(noSaver());
        }
        tried.add(first.name());
        budget.onCall();
        return first.call(method, request, attemptTimeout)
                .exceptionallyCompose(failure -> askAnother(method, request, tried, failure));
    }

    private <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> askAnother(
            RpcMethod<Q, A> method, Q request, Set<String> tried, Throwable failure) {
        RpcPeer other = mayRetry(method, failure) ? fleet.saver(tried) : null;
        // What never left this process loaded nobody: asking another is no retry.
        if (other == null || !(neverLeft(failure) || budget.tryRetry())) {
            return CompletableFuture.failedFuture(failure);
        }
        return other.call(method, request, attemptTimeout)
                .exceptionallyCompose(second -> CompletableFuture.failedFuture(worse(failure, second)));
    }

    private static boolean mayRetry(RpcMethod<?, ?> method, Throwable failure) {
        return method.idempotent() || notExecuted(failure);
    }

    private static boolean neverLeft(Throwable failure) {
        return failure instanceof RpcException rpc && rpc.status() == RpcStatus.NOT_CONNECTED;
    }

    /** Of two failures the one that leaves more open: what may have been executed once stays so. */
    private static Throwable worse(Throwable first, Throwable second) {
        return notExecuted(first) ? second : first;
    }

    /** True where it is certain that the call changed nothing. */
    public static boolean notExecuted(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RpcException rpc && rpc.notExecuted();
    }

    static RpcException noSaver() {
        return new RpcException(RpcStatus.NOT_CONNECTED, "no saver is known (expected: at least one)");
    }
}

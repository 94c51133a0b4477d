package io.carillon.rpc;

import com.google.protobuf.MessageLite;
import java.util.concurrent.CompletionStage;

/**
 * Serves one method.
 *
 * <p>Runs where it was registered to run: on the connection's event loop, where it must not block, or on the executor
 * given with it. The answer may come at any time and from any thread; other requests of the connection do not wait.
 * The stage must complete some time: until then the request counts as in flight.
 */
@FunctionalInterface
public interface RpcHandler<Q extends MessageLite, A extends MessageLite> {
    /**
     * A stage that completes exceptionally, or a throw, reaches the caller as FAILED with the message; an
     * {@link RpcException} keeps its status.
     */
    CompletionStage<A> onRequest(Q request, RpcCall call);
}

package io.carillon.rpc;

import com.google.protobuf.MessageLite;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A method that a server serves.
 *
 * @param executor runs the handler; null: the connection's event loop does
 */
record ServerMethod<Q extends MessageLite, A extends MessageLite>(
        RpcMethod<Q, A> method, @Nullable Executor executor, RpcHandler<Q, A> handler) {}

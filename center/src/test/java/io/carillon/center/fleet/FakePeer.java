package io.carillon.center.fleet;

import com.google.protobuf.MessageLite;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A peer in memory: methods answer by functions, and what was asked is kept. */
public final class FakePeer implements RpcPeer {
    private final String name;
    private final Map<Integer, Function<MessageLite, CompletableFuture<MessageLite>>> methods = new HashMap<>();
    private final List<MessageLite> requests = new CopyOnWriteArrayList<>();

    public FakePeer(String name) {
        this.name = name;
    }

    /** Serves a method; an earlier one goes. */
    @SuppressWarnings("unchecked") // The method names both types.
    public <Q extends MessageLite, A extends MessageLite> FakePeer serve(
            RpcMethod<Q, A> method, Function<Q, CompletableFuture<A>> function) {
        methods.put(method.id(), request ->
                (CompletableFuture<MessageLite>) (CompletableFuture<?>) function.apply((Q) request));
        return this;
    }

    /** Serves a method at once. */
    public <Q extends MessageLite, A extends MessageLite> FakePeer answer(
            RpcMethod<Q, A> method, Function<Q, A> function) {
        return serve(method, request -> CompletableFuture.completedFuture(function.apply(request)));
    }

    /** Lets a method fail. */
    public <Q extends MessageLite, A extends MessageLite> FakePeer fail(RpcMethod<Q, A> method, RpcStatus status) {
        return serve(method, request -> CompletableFuture.failedFuture(new RpcException(status, name + " fails")));
    }

    /** What was asked so far, of one type. */
    public <Q extends MessageLite> List<Q> requests(Class<Q> type) {
        return requests.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    @SuppressWarnings("unchecked") // serve() took the types together.
    public <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> call(
            RpcMethod<Q, A> method, Q request, Duration timeout) {
        requests.add(request);
        Function<MessageLite, CompletableFuture<MessageLite>> function = methods.get(method.id());
        return function == null
                ? CompletableFuture.failedFuture(new RpcException(RpcStatus.NO_SUCH_METHOD, method + " of " + name))
                : (CompletableFuture<A>) (CompletableFuture<?>) function.apply(request);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public InetSocketAddress address() {
        return InetSocketAddress.createUnresolved(name, 1);
    }

    @Override
    public boolean connected() {
        return true;
    }

    @Override
    public @Nullable RpcIdentity identity() {
        return null;
    }

    @Override
    public int inFlight() {
        return 0;
    }

    @Override
    public void listen(Listener listener) {}

    @Override
    public void close() {}
}

package io.carillon.room.bare;

import com.google.protobuf.MessageLite;
import io.carillon.contract.RegisterRequest;
import io.carillon.contract.RegisterResponse;
import io.carillon.contract.RegisterResult;
import io.carillon.contract.UnregisterResponse;
import io.carillon.contract.WholenessResponse;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RegisterMethods;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A register that takes every session and remembers none, in the room's own process: the room keeps and batches its
 * sessions as beside a real one. Thread-safe.
 */
final class BareRegister implements RpcPeer {
    private static final RegisterResult TAKEN =
            RegisterResult.newBuilder().setRegistered(true).setVersion(1).build();

    private final RpcIdentity identity = new RpcIdentity("register", "bare", 1, "bare");

    @Override
    public String name() {
        return identity.name();
    }

    @Override
    public InetSocketAddress address() {
        return InetSocketAddress.createUnresolved("bare", 0);
    }

    @Override
    public boolean connected() {
        return true;
    }

    @Override
    public RpcIdentity identity() {
        return identity;
    }

    @Override
    public int inFlight() {
        return 0;
    }

    @Override
    @SuppressWarnings("unchecked") // the method says what its answer is
    public <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> call(
            RpcMethod<Q, A> method, Q request, Duration timeout) {
        if (method.equals(RegisterMethods.REGISTER)) {
            return CompletableFuture.completedFuture((A) taken((RegisterRequest) request));
        } else if (method.equals(RegisterMethods.UNREGISTER)) {
            return CompletableFuture.completedFuture((A) UnregisterResponse.getDefaultInstance());
        } else if (method.equals(RegisterMethods.WHOLENESS)) {
            return CompletableFuture.completedFuture((A) WholenessResponse.getDefaultInstance());
        }
        return CompletableFuture.failedFuture(
                new RpcException(RpcStatus.NO_SUCH_METHOD, "not answered in a bare room: " + method.name()));
    }

    private static RegisterResponse taken(RegisterRequest request) {
        RegisterResponse.Builder response = RegisterResponse.newBuilder();
        for (int i = 0; i < request.getSessionsCount(); i++) {
            response.addResults(TAKEN);
        }
        return response.build();
    }

    @Override
    public void listen(Listener listener) {
        listener.onUp(this, identity);
    }

    @Override
    public void close() {}
}

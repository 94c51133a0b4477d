package io.carillon.runtime.peers;

import com.google.protobuf.MessageLite;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A peer that answers and comes and goes as a test says. */
final class ScriptedPeer implements RpcPeer {
    private final String name;
    private final InetSocketAddress address;
    private @Nullable Listener listener;
    private @Nullable RpcIdentity identity;
    private boolean connected;
    boolean closed;
    int calls;
    int inFlight;

    @Nullable
    RpcStatus failure;

    @Nullable
    MessageLite answer;

    ScriptedPeer(String name, InetSocketAddress address) {
        this.name = name;
        this.address = address;
    }

    void up(long incarnation) {
        connected = true;
        RpcIdentity now = new RpcIdentity("saver", name, incarnation, "test");
        identity = now;
        if (listener != null) {
            listener.onUp(this, now);
        }
    }

    void down(boolean refused) {
        connected = false;
        if (listener != null) {
            listener.onDown(this, refused);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public @Nullable RpcIdentity identity() {
        return identity;
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> call(
            RpcMethod<Q, A> method, Q request, Duration timeout) {
        calls++;
        if (failure != null) {
            return CompletableFuture.failedFuture(new RpcException(failure, name));
        }
        return CompletableFuture.completedFuture((A) answer);
    }

    @Override
    public void listen(Listener newListener) {
        listener = newListener;
    }

    @Override
    public void close() {
        closed = true;
    }
}

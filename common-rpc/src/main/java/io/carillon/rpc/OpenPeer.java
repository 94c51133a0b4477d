package io.carillon.rpc;

import com.google.protobuf.MessageLite;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A peer of a client. Its links change under its lock; calls read them without. Listeners are told on one event loop. */
final class OpenPeer implements RpcPeer {
    private static final Duration TIMEOUT_MAX = Duration.ofHours(1);

    private final RpcClient client;
    private final String name;
    private final InetSocketAddress address;
    private final EventLoop home;
    private final List<PeerSlot> slots = new ArrayList<>();

    /** Replaced under the lock. */
    private volatile ClientLink[] links = new ClientLink[0];

    private volatile @Nullable RpcIdentity identity;
    private volatile long clockOffsetMs;
    /** Under the lock: that the address refuses was told since the last link was up. */
    private boolean refusalTold;
    /** Under the lock. */
    private boolean closed;

    /** Confined to {@link #home}. */
    private final List<Listener> listeners = new ArrayList<>();

    /** Confined to {@link #home}: the incarnation that listeners take for up. */
    private @Nullable RpcIdentity told;

    OpenPeer(RpcClient client, String name, InetSocketAddress address, EventLoopGroup loops) {
        this.client = client;
        this.name = name;
        this.address = address;
        this.home = loops.next();
        for (int i = 0; i < client.config().connectionsPerPeer(); i++) {
            slots.add(new PeerSlot(client, this, loops.next()));
        }
    }

    void start() {
        slots.forEach(PeerSlot::start);
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
        return links.length > 0;
    }

    @Override
    public @Nullable RpcIdentity identity() {
        return identity;
    }

    @Override
    public long clockOffsetMs() {
        return clockOffsetMs;
    }

    @Override
    public int inFlight() {
        int calls = 0;
        for (ClientLink link : links) {
            calls += link.calls();
        }
        return calls;
    }

    @Override
    public <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> call(
            RpcMethod<Q, A> method, Q request, Duration timeout) {
        long timeoutNs = timeout.compareTo(TIMEOUT_MAX) < 0 ? timeout.toNanos() : TIMEOUT_MAX.toNanos();
        if (timeoutNs <= 0) {
            return refuse(method, RpcStatus.DEADLINE_EXCEEDED, ": no time left for a call to ");
        }
        ClientLink link = leastLoaded(links);
        if (link == null) {
            return refuse(method, RpcStatus.NOT_CONNECTED, ": not connected to ");
        }
        return link.call(method, request, timeoutNs);
    }

    private <A extends MessageLite> CompletableFuture<A> refuse(RpcMethod<?, A> method, RpcStatus status, String what) {
        client.observer().onCallRefused(method, status);
        return CompletableFuture.failedFuture(new RpcException(status, true, method.name() + what + name));
    }

    /** The one with fewer calls of two. */
    private static @Nullable ClientLink leastLoaded(ClientLink[] links) {
        if (links.length <= 1) {
            return links.length == 0 ? null : links[0];
        }
        int first = links.length == 2 ? 0 : ThreadLocalRandom.current().nextInt(links.length);
        ClientLink one = links[first];
        ClientLink other = links[first + 1 == links.length ? 0 : first + 1];
        return one.calls() <= other.calls() ? one : other;
    }

    @Override
    public void listen(Listener listener) {
        onHome(() -> {
            listeners.add(listener);
            RpcIdentity up = told;
            if (up != null) {
                listener.onUp(this, up);
            }
        });
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            links = new ClientLink[0];
        }
        client.forget(this);
        slots.forEach(PeerSlot::close);
    }

    void onLinkUp(ClientLink link) {
        synchronized (this) {
            if (closed) {
                link.close();
                return;
            }
            ClientLink[] before = links;
            boolean first = before.length == 0;
            if (!first && before[0].identity().incarnation() != link.identity().incarnation()) {
                // The process before has died, and these connections have not noticed.
                Arrays.asList(before).forEach(ClientLink::close);
                before = new ClientLink[0];
                first = true;
            }
            ClientLink[] after = Arrays.copyOf(before, before.length + 1);
            after[before.length] = link;
            identity = link.identity();
            clockOffsetMs = link.clockOffsetMs();
            links = after;
            refusalTold = false;
            if (first) {
                tellUp(link.identity());
            }
        }
    }

    void onLinkDown(ClientLink link) {
        synchronized (this) {
            ClientLink[] before = links;
            int at = Arrays.asList(before).indexOf(link);
            if (at < 0) {
                return;
            }
            ClientLink[] after = new ClientLink[before.length - 1];
            System.arraycopy(before, 0, after, 0, at);
            System.arraycopy(before, at + 1, after, at, after.length - at);
            links = after;
            if (after.length == 0) {
                tellDown(false);
            }
        }
    }

    /** A connection could not be made. */
    void onUnreachable(boolean refused) {
        synchronized (this) {
            if (refused && !closed && !refusalTold && links.length == 0) {
                refusalTold = true;
                tellDown(true);
            }
        }
    }

    private void tellUp(RpcIdentity up) {
        onHome(() -> {
            told = up;
            tell(listener -> listener.onUp(this, up));
        });
    }

    private void tellDown(boolean refused) {
        onHome(() -> {
            told = null;
            tell(listener -> listener.onDown(this, refused));
        });
    }

    private void tell(Consumer<Listener> what) {
        for (Listener listener : List.copyOf(listeners)) {
            try {
                what.accept(listener);
            } catch (RuntimeException e) {
                RpcClient.log.error("rpc listener failed peer={}", name, e);
            }
        }
    }

    private void onHome(Runnable task) {
        try {
            home.execute(task);
        } catch (RejectedExecutionException ended) {
            RpcClient.log.debug("rpc listeners of peer={} are not told: the event loops have ended", name);
        }
    }
}

package io.carillon.runtime.peers;

import com.google.protobuf.MessageLite;
import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.bucket.Rendezvous;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.discovery.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of one role, connected: what discovery lists, and what discovery lost while its connection still
 * answers.
 *
 * <p>Changes are made under this object's lock, by discovery's thread and by connections; readers take an immutable
 * {@link View} and never wait. Listeners are told on {@code executor}, which has to run one task at a time.
 */
public final class Peers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Peers.class);

    /** Opens the connections to one process. */
    @FunctionalInterface
    public interface Opener {
        RpcPeer open(String name, InetSocketAddress address);
    }

    private final String role;
    private final String ownName;
    private final String ownSite;
    private final Opener opener;
    private final RetryBudget retries;
    private final Executor executor;
    private final List<PeersListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, Entry> entries = new TreeMap<>();
    private volatile View view = new View(List.of(), Map.of(), List.of(), List.of());
    private boolean closed;

    /** What readers see; never changed after it was published. */
    private record View(List<Entry> usable, Map<String, Entry> byName, List<RpcPeer> owners, List<NodeRecord> listed) {}

    /** Guarded by the lock of Peers, but for {@code peer}. */
    private static final class Entry {
        final RpcPeer peer;
        NodeRecord node;
        boolean listed = true;
        long incarnation;
        boolean up;

        Entry(RpcPeer peer, NodeRecord node) {
            this.peer = peer;
            this.node = node;
        }
    }

    public Peers(String role, String ownName, String ownSite, Opener opener, RetryBudget retries, Executor executor) {
        this.role = role;
        this.ownName = ownName;
        this.ownSite = ownSite;
        this.opener = opener;
        this.retries = retries;
        this.executor = executor;
    }

    /** Takes the role's list; the shape that Discovery#follow wants. */
    public Consumer<Collection<NodeRecord>> follower() {
        return this::onList;
    }

    public String role() {
        return role;
    }

    /** All that can be asked, connected or not. */
    public List<RpcPeer> all() {
        return view.usable.stream().map(entry -> entry.peer).toList();
    }

    /** The records of all that can be asked, as last announced. */
    public List<NodeRecord> nodes() {
        return view.listed;
    }

    /** The process of this name, null where there is none; also while it drains. */
    public @Nullable RpcPeer byName(String name) {
        Entry entry = view.byName.get(name);
        return entry == null ? null : entry.peer;
    }

    /** The owner of a bucket by rendezvous over the names, null where there is nobody. */
    public @Nullable RpcPeer byBucket(int bucket) {
        List<RpcPeer> owners = view.owners;
        return owners.isEmpty() ? null : owners.get(bucket);
    }

    /** Of two connected ones of the same site, where there are any, the one with less in flight. */
    public @Nullable RpcPeer any() {
        return any(null);
    }

    private @Nullable RpcPeer any(@Nullable RpcPeer except) {
        List<Entry> near = new ArrayList<>();
        List<Entry> far = new ArrayList<>();
        for (Entry entry : view.usable) {
            if (entry.peer != except && entry.peer.connected()) {
                (entry.node.site().equals(ownSite) ? near : far).add(entry);
            }
        }
        List<Entry> from = near.isEmpty() ? far : near;
        if (from.isEmpty()) {
            return null;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        RpcPeer one = from.get(random.nextInt(from.size())).peer;
        RpcPeer two = from.get(random.nextInt(from.size())).peer;
        return one.inFlight() <= two.inFlight() ? one : two;
    }

    /**
     * Asks any of them. Where the first certainly did not execute the request, or the method is idempotent, one other
     * is asked in the time that is left, as long as the process's budget for retries allows it.
     *
     * @return the answer, or an {@link RpcException}
     */
    public <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> callAny(
            RpcMethod<Q, A> method, Q request, Duration timeout) {
        RpcPeer first = any();
        if (first == null) {
            return CompletableFuture.failedFuture(
                    new RpcException(RpcStatus.NOT_CONNECTED, "no " + role + " is connected"));
        }
        long startNs = System.nanoTime();
        retries.onCall();
        CompletableFuture<A> result = new CompletableFuture<>();
        first.call(method, request, timeout).whenComplete((answer, failure) -> {
            if (failure == null) {
                result.complete(answer);
                return;
            }
            Duration left = timeout.minusNanos(System.nanoTime() - startNs);
            RpcPeer second = mayRetry(method, failure) && left.isPositive() ? any(first) : null;
            if (second == null || !retries.tryRetry()) {
                result.completeExceptionally(failure);
                return;
            }
            boolean firstNotExecuted = failure instanceof RpcException rpc && rpc.notExecuted();
            second.call(method, request, left).whenComplete((again, failedAgain) -> {
                if (failedAgain == null) {
                    result.complete(again);
                } else if (failedAgain instanceof RpcException rpc && rpc.notExecuted() && !firstNotExecuted) {
                    // The second did nothing, but of the first it is not known.
                    result.completeExceptionally(failure);
                } else {
                    result.completeExceptionally(failedAgain);
                }
            });
        });
        return result;
    }

    private static boolean mayRetry(RpcMethod<?, ?> method, Throwable failure) {
        return failure instanceof RpcException rpc
                && (rpc.notExecuted() || (method.idempotent() && rpc.status() == RpcStatus.CONNECTION_LOST));
    }

    /** Adds a listener, which is told of all that are connected already. */
    public void listen(PeersListener listener) {
        listeners.add(listener);
        executor.execute(() -> {
            for (Entry entry : view.usable) {
                RpcIdentity identity = entry.peer.identity();
                if (entry.peer.connected() && identity != null) {
                    listener.onUp(entry.peer, identity);
                }
            }
            listener.onChange();
        });
    }

    @Override
    public void close() {
        List<RpcPeer> open;
        synchronized (this) {
            closed = true;
            open = entries.values().stream().map(entry -> entry.peer).toList();
            entries.clear();
            publish();
        }
        open.forEach(RpcPeer::close);
    }

    private synchronized void onList(Collection<NodeRecord> nodes) {
        if (closed) {
            return;
        }
        for (Entry entry : entries.values()) {
            entry.listed = false;
        }
        for (NodeRecord node : nodes) {
            if (!node.name().equals(ownName)) {
                onListed(node);
            }
        }
        Iterator<Entry> all = entries.values().iterator();
        while (all.hasNext()) {
            Entry entry = all.next();
            if (!entry.listed && !entry.up) {
                all.remove();
                gone(entry, "unlisted and not connected");
                entry.peer.close();
            }
        }
        publish();
    }

    private void onListed(NodeRecord node) {
        InetSocketAddress address = HostPort.parse(node.rpc()).toSocketAddress();
        Entry known = entries.get(node.name());
        if (known != null && known.peer.address().equals(address)) {
            known.node = node;
            known.listed = true;
            return;
        }
        if (known != null) {
            gone(known, "listed at another address");
            known.peer.close();
        }
        Entry entry = new Entry(opener.open(node.name(), address), node);
        entries.put(node.name(), entry);
        entry.peer.listen(new RpcPeer.Listener() {
            @Override
            public void onUp(RpcPeer peer, RpcIdentity identity) {
                Peers.this.onUp(entry, identity);
            }

            @Override
            public void onDown(RpcPeer peer, boolean refused) {
                Peers.this.onDown(entry, refused);
            }
        });
    }

    private synchronized void onUp(Entry entry, RpcIdentity identity) {
        if (entries.get(entry.node.name()) != entry) {
            return;
        }
        if (entry.incarnation != 0 && entry.incarnation != identity.incarnation()) {
            gone(entry, "another incarnation answers");
        }
        entry.up = true;
        entry.incarnation = identity.incarnation();
        log.info("{}={} connected incarnation={}", role, entry.node.name(), identity.incarnation());
        executor.execute(() -> listeners.forEach(listener -> listener.onUp(entry.peer, identity)));
        publish();
    }

    private synchronized void onDown(Entry entry, boolean refused) {
        if (entries.get(entry.node.name()) != entry) {
            return;
        }
        entry.up = false;
        if (refused || !entry.listed) {
            gone(entry, refused ? "its address refuses" : "unlisted and connection lost");
        }
        if (!entry.listed) {
            entries.remove(entry.node.name());
            entry.peer.close();
        }
        publish();
    }

    private void gone(Entry entry, String why) {
        long incarnation = entry.incarnation;
        if (incarnation == 0) {
            return;
        }
        entry.incarnation = 0;
        String name = entry.node.name();
        log.info("{}={} gone incarnation={} ({})", role, name, incarnation, why);
        executor.execute(() -> listeners.forEach(listener -> listener.onGone(name, incarnation)));
    }

    private void publish() {
        List<Entry> usable = entries.values().stream()
                .filter(entry -> !entry.node.draining())
                .toList();
        List<NodeRecord> listed =
                entries.values().stream().map(entry -> entry.node).toList();
        List<String> names = usable.stream().map(entry -> entry.node.name()).toList();
        List<RpcPeer> owners = view.owners;
        if (!names.equals(view.usable.stream().map(entry -> entry.node.name()).toList()) || changedPeer(usable)) {
            owners = names.isEmpty()
                    ? List.of()
                    : IntStream.range(0, Buckets.COUNT)
                            .mapToObj(bucket -> usable.get(Rendezvous.owner(bucket, names)).peer)
                            .toList();
        }
        view = new View(usable, Map.copyOf(entries), owners, listed);
        executor.execute(() -> listeners.forEach(PeersListener::onChange));
    }

    private boolean changedPeer(List<Entry> usable) {
        for (int i = 0; i < usable.size(); i++) {
            if (usable.get(i) != view.usable.get(i)) {
                return true;
            }
        }
        return false;
    }
}

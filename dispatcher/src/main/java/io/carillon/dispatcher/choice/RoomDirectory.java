package io.carillon.dispatcher.choice;

import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.peers.PeersListener;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The newest {@link Directory}. A room that is gone for certain is left out at once, while discovery may list it for
 * some seconds more, until something answers at its address again.
 *
 * <p>Rebuilt on the thread that tells of peers; read from anywhere, without a lock.
 */
public final class RoomDirectory implements PeersListener {
    private final Supplier<Collection<NodeRecord>> listed;
    /** Touched by the thread that tells of peers only. */
    private final Set<String> gone = new HashSet<>();

    private volatile Directory directory = Directory.EMPTY;

    /** @param listed the rooms that discovery or a connection has now */
    public RoomDirectory(Supplier<Collection<NodeRecord>> listed) {
        this.listed = listed;
    }

    public Directory current() {
        return directory;
    }

    @Override
    public void onChange() {
        Collection<NodeRecord> nodes = listed.get();
        gone.retainAll(nodes.stream().map(NodeRecord::name).toList());
        directory = Directory.of(
                nodes.stream().filter(node -> !gone.contains(node.name())).toList());
    }

    @Override
    public void onUp(RpcPeer peer, RpcIdentity identity) {
        if (gone.remove(peer.name())) {
            onChange();
        }
    }

    @Override
    public void onGone(String name, long incarnation) {
        gone.add(name);
        onChange();
    }
}

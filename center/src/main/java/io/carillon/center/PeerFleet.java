package io.carillon.center;

import io.carillon.center.fleet.Fleet;
import io.carillon.contract.NodeRef;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.discovery.Discovery;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.peers.Peers;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The fleet as discovery and the connections to it say. Thread-safe. */
final class PeerFleet implements Fleet {
    private static final List<String> ROLES =
            List.of("dispatcher", "room", "register", "coordinator", "saver", "center");

    private final String ownName;
    private final Discovery discovery;
    private final Peers savers;
    private final Peers registers;
    private final Peers rooms;
    private final Peers centers;

    /** @param ownName of this center, which is not among its peers */
    PeerFleet(String ownName, Discovery discovery, Peers savers, Peers registers, Peers rooms, Peers centers) {
        this.ownName = ownName;
        this.discovery = discovery;
        this.savers = savers;
        this.registers = registers;
        this.rooms = rooms;
        this.centers = centers;
    }

    @Override
    public @Nullable RpcPeer saver(Set<String> tried) {
        if (tried.isEmpty()) {
            return savers.any();
        }
        return savers.all().stream()
                .filter(saver -> saver.connected() && !tried.contains(saver.name()))
                .min(Comparator.comparingInt(RpcPeer::inFlight))
                .orElse(null);
    }

    @Override
    public @Nullable RpcPeer register(int bucket) {
        return registers.byBucket(bucket);
    }

    @Override
    public @Nullable RpcPeer room(String name) {
        return rooms.byName(name);
    }

    @Override
    public int centers() {
        // The peers are the others.
        return centers.all().size() + 1;
    }

    @Override
    public List<String> centerNames() {
        return Stream.concat(Stream.of(ownName), centers.all().stream().map(RpcPeer::name))
                .toList();
    }

    @Override
    public List<NodeRef> rooms() {
        return rooms.nodes().stream()
                .map(this::life)
                .filter(room -> room.getIncarnation() != 0)
                .toList();
    }

    /** Who answers there says better than the directory which life it is; a room out of our reach may be in others'. */
    private NodeRef life(NodeRecord room) {
        RpcPeer peer = rooms.byName(room.name());
        RpcIdentity identity = peer != null && peer.connected() ? peer.identity() : null;
        return NodeRef.newBuilder()
                .setName(room.name())
                .setIncarnation(identity != null ? identity.incarnation() : room.incarnation())
                .build();
    }

    @Override
    public Collection<NodeRecord> nodes() {
        return ROLES.stream().flatMap(role -> discovery.nodes(role).stream()).toList();
    }
}

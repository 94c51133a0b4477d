package io.carillon.center.fleet;

import io.carillon.contract.NodeRef;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.bucket.Rendezvous;
import io.carillon.runtime.discovery.NodeRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A fleet of peers in memory. */
public final class FakeFleet implements Fleet {
    public final List<FakePeer> savers = new ArrayList<>();
    public final List<FakePeer> registers = new ArrayList<>();
    public final List<FakePeer> rooms = new ArrayList<>();
    public final List<NodeRecord> nodes = new ArrayList<>();
    public final List<NodeRef> roomLives = new ArrayList<>();
    public int centers = 1;

    public FakePeer addSaver(String name) {
        FakePeer saver = new FakePeer(name);
        savers.add(saver);
        return saver;
    }

    public FakePeer addRegister(String name) {
        FakePeer register = new FakePeer(name);
        registers.add(register);
        return register;
    }

    public FakePeer addRoom(String name) {
        FakePeer room = new FakePeer(name);
        rooms.add(room);
        return room;
    }

    @Override
    public @Nullable RpcPeer saver(Set<String> tried) {
        return savers.stream()
                .filter(saver -> !tried.contains(saver.name()))
                .findFirst()
                .orElse(null);
    }

    @Override
    public @Nullable RpcPeer register(int bucket) {
        int owner =
                Rendezvous.owner(bucket, registers.stream().map(FakePeer::name).toList());
        return owner < 0 ? null : registers.get(owner);
    }

    @Override
    public @Nullable RpcPeer room(String name) {
        return rooms.stream()
                .filter(room -> room.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    @Override
    public int centers() {
        return centers;
    }

    @Override
    public List<String> centerNames() {
        return IntStream.rangeClosed(1, centers).mapToObj(i -> "center-" + i).toList();
    }

    @Override
    public List<NodeRef> rooms() {
        return List.copyOf(roomLives);
    }

    @Override
    public Collection<NodeRecord> nodes() {
        return nodes;
    }
}

package io.carillon.room.move;

import io.carillon.protocol.client.Address;
import io.carillon.runtime.discovery.NodeRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Where clients that are asked to leave may go: the other rooms of this one's pool. Thread-safe. */
public final class Alternatives {
    static final int COUNT_MAX = 3;
    /** A full room is still better than none. */
    private static final double FREE_SHARE_MIN = 0.01;

    private final String ownName;
    private final String pool;
    private final DoubleSupplier random;
    private volatile List<NodeRecord> others = List.of();

    private record Drawn(NodeRecord room, double key) {}

    /** @param random evenly from 0 to 1, exclusive */
    public Alternatives(String ownName, String pool, DoubleSupplier random) {
        this.ownName = ownName;
        this.pool = pool;
        this.random = random;
    }

    /** What discovery knows of rooms now. */
    public void onRooms(Collection<NodeRecord> rooms) {
        others = rooms.stream()
                .filter(room -> !room.name().equals(ownName) && room.pool().equals(pool) && !room.draining())
                .toList();
    }

    /**
     * Up to three addresses of different rooms, drawn by weight and free capacity, in the order in which they are to be
     * tried.
     *
     * @param transport the client's, which its network let pass
     * @param names of the only rooms that come into question; empty: any
     */
    public List<Address> draw(String transport, List<String> names) {
        List<Drawn> drawn = new ArrayList<>();
        for (NodeRecord room : others) {
            if (names.isEmpty() || names.contains(room.name())) {
                // The smallest of exponential variables, each with its room's share for rate.
                drawn.add(new Drawn(room, -Math.log(1 - random.getAsDouble()) / share(room)));
            }
        }
        drawn.sort(Comparator.comparingDouble(Drawn::key));
        List<Address> addresses = new ArrayList<>(COUNT_MAX);
        for (Drawn one : drawn) {
            Address address = addresses.size() < COUNT_MAX ? address(one.room, transport) : null;
            if (address != null) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    private static double share(NodeRecord room) {
        NodeRecord.Load load = room.load();
        double free = load.capacity() == 0 ? 1 : 1 - (double) load.connections() / load.capacity();
        return room.weight() * Math.max(FREE_SHARE_MIN, free);
    }

    private static @Nullable Address address(NodeRecord room, String transport) {
        for (NodeRecord.Advertised listener : room.listeners()) {
            if (listener.transport().equals(transport)) {
                return Address.newBuilder()
                        .setHost(listener.host())
                        .setPort(listener.port())
                        .setTransport(transport)
                        .build();
            }
        }
        return null;
    }
}

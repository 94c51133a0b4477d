package io.carillon.dispatcher.choice;

import io.carillon.runtime.discovery.NodeRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All rooms that take clients, by pool, as discovery said last. Immutable: a change makes another one. */
public final class Directory {
    public static final Directory EMPTY = new Directory(Map.of(), Map.of(), 0);

    private static final Room[] NO_ROOMS = new Room[0];

    private final Map<String, Room[]> pools;
    private final Map<String, Address> addresses;
    private final int roomCount;

    private Directory(Map<String, Room[]> pools, Map<String, Address> addresses, int roomCount) {
        this.pools = pools;
        this.addresses = addresses;
        this.roomCount = roomCount;
    }

    /** Leaves out what drains, and what has no listener that a client of ours can speak to. */
    public static Directory of(Collection<NodeRecord> nodes) {
        Map<String, List<Room>> byPool = new HashMap<>();
        Map<String, Address> byText = new HashMap<>();
        int count = 0;
        for (NodeRecord node : nodes) {
            Room room = new Room(node);
            for (Address address : room.addresses) {
                byText.put(address.text, address);
            }
            if (!node.draining() && room.addresses.length > 0) {
                byPool.computeIfAbsent(room.pool, pool -> new ArrayList<>()).add(room);
                count++;
            }
        }
        Map<String, Room[]> pools = new HashMap<>();
        byPool.forEach((pool, rooms) -> pools.put(pool, rooms.toArray(NO_ROOMS)));
        return new Directory(Map.copyOf(pools), Map.copyOf(byText), count);
    }

    /** Rooms of a pool in no order. */
    Room[] rooms(String pool) {
        Room[] rooms = pools.get(pool);
        return rooms == null ? NO_ROOMS : rooms;
    }

    /** The address that a client named, also of a room that drains; null where nobody has it now. */
    @Nullable
    Address address(String text) {
        return addresses.get(text);
    }

    public int roomCount() {
        return roomCount;
    }
}

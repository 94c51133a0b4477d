package io.carillon.center.move;

import io.carillon.runtime.discovery.NodeRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who has more than its share. */
final class Shares {
    private final Map<String, Long> loads;
    private final long connections;
    private final long weight;

    /** @param loads connections of each of {@code rooms}, by name */
    Shares(List<NodeRecord> rooms, Map<String, Long> loads) {
        this.loads = loads;
        this.connections = loads.values().stream().mapToLong(Long::longValue).sum();
        this.weight = rooms.stream().mapToLong(NodeRecord::weight).sum();
    }

    private long load(NodeRecord room) {
        return loads.getOrDefault(room.name(), 0L);
    }

    /** How many connections each of {@code from} gives away, where it gives any. */
    Map<NodeRecord, Long> given(List<NodeRecord> from, int percent) {
        Map<NodeRecord, Long> given = new LinkedHashMap<>();
        for (NodeRecord room : from) {
            long count = percent > 0
                    ? (load(room) * percent + 99) / 100
                    : load(room) - (connections * room.weight() + weight - 1) / weight;
            if (count > 0) {
                given.put(room, count);
            }
        }
        return given;
    }
}

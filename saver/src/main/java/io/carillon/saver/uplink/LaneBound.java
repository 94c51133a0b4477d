package io.carillon.saver.uplink;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whether a lane has as many waiting as it may. Looked up in the store and then believed for two seconds, so that a lane
 * may get over its bound by what all savers put in that time. Thread-safe.
 */
public final class LaneBound {
    private static final long BELIEVED_NS = TimeUnit.SECONDS.toNanos(2);
    /** Lanes that are remembered; beyond it all are forgotten and looked up again. */
    private static final int LANES_MAX = 10_000;

    private final int waitingMax;
    private final ConcurrentMap<Long, Look> looks = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder();

    private record Look(boolean full, long atNs) {}

    public LaneBound(UplinkConfig config) {
        this.waitingMax = config.waitingMax();
    }

    boolean full(Connection connection, long lane) throws SQLException {
        long nowNs = System.nanoTime();
        Look before = looks.get(lane);
        if (before != null && nowNs - before.atNs < BELIEVED_NS) {
            return before.full;
        }
        if (looks.size() >= LANES_MAX) {
            looks.clear();
        }
        boolean full = look(connection, lane);
        looks.put(lane, new Look(full, nowNs));
        return full;
    }

    private boolean look(Connection connection, long lane) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT 1 FROM uplink FORCE INDEX (by_lane) WHERE lane = ? LIMIT 1 OFFSET " + (waitingMax - 1))) {
            read.setLong(1, lane);
            try (ResultSet row = read.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Receipts that there was no place for. */
    void onDropped(long count) {
        dropped.add(count);
    }

    /** Receipts dropped since the start. */
    public long dropped() {
        return dropped.sum();
    }
}

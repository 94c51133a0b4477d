package io.carillon.saver.uplink;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.LaneLimit;
import io.carillon.contract.NodeRef;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The statements by which a coordinator takes what waits: lane after lane, of each so many, so that an endpoint for which
 * much waits takes no place from others'. Each runs in its caller's transaction.
 */
final class LaneTable {
    private static final int LANES_A_TAKE = 64;
    private static final long LEASE_MS_MAX = TimeUnit.HOURS.toMillis(1);
    private static final int OWNER_BYTES_MAX = 128;

    private LaneTable() {}

    /** What an earlier life of the same coordinator had in hand is free: that one is dead. */
    static UplinkTakeResponse take(Connection connection, UplinkTakeRequest request, int max, long nowMs)
            throws SQLException {
        lockGate(connection);
        Map<Long, Integer> limits = new HashMap<>();
        for (LaneLimit limit : request.getLimitsList()) {
            limits.put(limit.getLane(), limit.getMax());
        }
        int others = request.getLaneMax() == 0 ? max : request.getLaneMax();
        UplinkTakeResponse.Builder response = UplinkTakeResponse.newBuilder();
        List<Long> lanes = lanes(connection, request);
        int looked = 0;
        for (long lane : lanes) {
            int free = max - response.getUplinksCount();
            if (free <= 0) {
                break;
            }
            int most = Math.min(free, limits.getOrDefault(lane, others));
            if (most > 0) {
                response.addAllUplinks(take(connection, request.getCoordinator(), lane, most, nowMs));
            }
            response.setLastLane(lane);
            looked++;
        }
        lease(connection, request, response.getUplinksList(), nowMs);
        return response.setMore(looked < lanes.size() || lanes.size() == LANES_A_TAKE)
                .build();
    }

    private static void lockGate(Connection connection) throws SQLException {
        try (PreparedStatement gate =
                        connection.prepareStatement("SELECT only_row FROM uplink_gate WHERE only_row = 1 FOR UPDATE");
                ResultSet locked = gate.executeQuery()) {
            locked.next();
        }
    }

    /** Lanes in which something waits, in their order. Jumps from lane to lane in the index. */
    private static List<Long> lanes(Connection connection, UplinkTakeRequest request) throws SQLException {
        List<Long> lanes = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT lane FROM uplink FORCE INDEX (by_lane) WHERE lane > ? ORDER BY lane LIMIT 1")) {
            long last = request.hasAfterLane() ? request.getAfterLane() : Long.MIN_VALUE;
            while (lanes.size() < LANES_A_TAKE) {
                read.setLong(1, last);
                try (ResultSet row = read.executeQuery()) {
                    if (!row.next()) {
                        break;
                    }
                    last = row.getLong(1);
                    lanes.add(last);
                }
            }
        }
        return lanes;
    }

    private static List<StoredUplink> take(Connection connection, NodeRef coordinator, long lane, int max, long nowMs)
            throws SQLException {
        List<StoredUplink> taken = new ArrayList<>();
        byte[] owner = owner(coordinator);
        byte[] anyLife = bytes(coordinator.getName() + '/');
        try (PreparedStatement read = connection.prepareStatement("SELECT u.id, u.attempts, u.body FROM uplink u"
                + " FORCE INDEX (by_lane) WHERE u.lane = ? AND u.state = 0 AND u.next_at_ms <= ?"
                + " AND NOT (" + leasedBy("u") + ")"
                + " AND NOT EXISTS (SELECT 1 FROM uplink o WHERE o.user_hash = u.user_hash AND o.id < u.id"
                + " AND o.state = 0 AND o.attempts < ? AND (o.next_at_ms > ? OR (" + leasedBy("o") + ")))"
                + " ORDER BY u.id LIMIT ?")) {
            UplinkTable.set(
                    read,
                    lane,
                    nowMs,
                    nowMs,
                    owner,
                    anyLife.length,
                    anyLife,
                    UplinkTable.FAILURES_IN_ORDER_MAX,
                    nowMs,
                    nowMs,
                    owner,
                    anyLife.length,
                    anyLife,
                    max);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    taken.add(StoredUplink.newBuilder()
                            .setId(Long.toString(row.getLong(1)))
                            .setLane(lane)
                            .setAttempts(row.getInt(2))
                            .setEntry(UplinkEntry.parseFrom(row.getBytes(3)))
                            .build());
                }
            } catch (InvalidProtocolBufferException e) {
                throw new SQLException("an uplink's row cannot be read", e);
            }
        }
        return taken;
    }

    /** By a living coordinator. Four values: now, the asking one's life, its name's length, its name. */
    private static String leasedBy(String row) {
        return row + ".lease_until_ms > ? AND (" + row + ".lease_owner = ? OR LEFT(" + row + ".lease_owner, ?) <> ?)";
    }

    private static byte[] owner(NodeRef coordinator) {
        byte[] owner = bytes(coordinator.getName() + '/' + Long.toUnsignedString(coordinator.getIncarnation()));
        return Arrays.copyOf(owner, Math.min(OWNER_BYTES_MAX, owner.length));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void lease(Connection connection, UplinkTakeRequest request, List<StoredUplink> uplinks, long nowMs)
            throws SQLException {
        if (uplinks.isEmpty()) {
            return;
        }
        byte[] owner = owner(request.getCoordinator());
        try (PreparedStatement lease =
                connection.prepareStatement("UPDATE uplink SET lease_until_ms = ?, lease_owner = ? WHERE id = ?")) {
            for (StoredUplink uplink : uplinks) {
                lease.setLong(1, nowMs + Math.clamp(request.getLeaseMs(), 1, LEASE_MS_MAX));
                lease.setBytes(2, owner);
                lease.setLong(3, Long.parseLong(uplink.getId()));
                lease.addBatch();
            }
            lease.executeBatch();
        }
    }
}

package io.carillon.saver.uplink;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.EventKind;
import io.carillon.contract.NodeRef;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkPutResult;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettleResponse;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import io.carillon.runtime.bucket.Buckets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The statements on uplinks. Each runs in its caller's transaction. */
public final class UplinkTable {
    private static final long DEDUPE_MS = TimeUnit.MINUTES.toMillis(10);
    private static final long LEASE_MS_MAX = TimeUnit.HOURS.toMillis(1);
    private static final int ERROR_CHARS_MAX = 500;
    private static final int OWNER_BYTES_MAX = 128;
    /** Failures after which an uplink no longer holds up what the same user sent later. */
    private static final int FAILURES_IN_ORDER_MAX = 3;

    private UplinkTable() {}

    /** One whose (app, user, client id, kind) was seen within ten minutes is a duplicate; one without a client id never. */
    public static UplinkPutResponse insert(Connection connection, List<UplinkEntry> entries, long nowMs)
            throws SQLException {
        UplinkPutResponse.Builder response = UplinkPutResponse.newBuilder();
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO uplink"
                + " (user_hash, state, attempts, next_at_ms, lease_until_ms, lease_owner, error, body)"
                + " VALUES (?, 0, 0, 0, 0, '', '', ?)")) {
            boolean any = false;
            for (UplinkEntry entry : entries) {
                boolean fresh = entry.getClientId().isEmpty() || firstSeen(connection, entry, nowMs);
                if (fresh) {
                    insert.setLong(1, order(entry));
                    insert.setBytes(2, entry.toByteArray());
                    insert.addBatch();
                    any = true;
                }
                response.addResults(UplinkPutResult.newBuilder().setStored(true).setDuplicate(!fresh));
            }
            if (any) {
                insert.executeBatch();
            }
        }
        return response.build();
    }

    /** What goes in order: a user's uplinks wait for no receipt of his, which goes to another endpoint. */
    private static long order(UplinkEntry entry) {
        long user = Buckets.hash(entry.getApp(), entry.getUser());
        return entry.getKind() == EventKind.EVENT_KIND_UPLINK
                ? user
                : user * 0x9E37_79B9_7F4A_7C15L + entry.getKindValue();
    }

    private static boolean firstSeen(Connection connection, UplinkEntry entry, long nowMs) throws SQLException {
        byte[] hash = idHash(entry);
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT IGNORE INTO uplink_seen (id_hash, seen_at_ms) VALUES (?, ?)")) {
            insert.setBytes(1, hash);
            insert.setLong(2, nowMs);
            if (insert.executeUpdate() == 1) {
                return true;
            }
        }
        try (PreparedStatement renew = connection.prepareStatement(
                "UPDATE uplink_seen SET seen_at_ms = ? WHERE id_hash = ? AND seen_at_ms < ?")) {
            renew.setLong(1, nowMs);
            renew.setBytes(2, hash);
            renew.setLong(3, nowMs - DEDUPE_MS);
            return renew.executeUpdate() == 1;
        }
    }

    private static byte[] idHash(UplinkEntry entry) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            if (entry.getKind() != EventKind.EVENT_KIND_UPLINK) {
                digest.update(("\0" + entry.getKindValue() + '\0').getBytes(StandardCharsets.UTF_8));
            }
            digest.update((entry.getApp() + '\0' + entry.getUser() + '\0').getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest.digest(entry.getClientId().getBytes(StandardCharsets.UTF_8)), 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What an earlier life of the same coordinator had in hand is free: that one is dead. */
    static UplinkTakeResponse take(Connection connection, UplinkTakeRequest request, int max, long nowMs)
            throws SQLException {
        try (PreparedStatement gate =
                        connection.prepareStatement("SELECT only_row FROM uplink_gate WHERE only_row = 1 FOR UPDATE");
                ResultSet locked = gate.executeQuery()) {
            locked.next();
        }
        UplinkTakeResponse.Builder response = UplinkTakeResponse.newBuilder();
        byte[] owner = owner(request.getCoordinator());
        byte[] anyLife = bytes(request.getCoordinator().getName() + '/');
        try (PreparedStatement read = connection.prepareStatement("SELECT u.id, u.attempts, u.body FROM uplink u"
                + " WHERE u.state = 0 AND u.next_at_ms <= ? AND NOT (" + leasedBy("u") + ")"
                + " AND NOT EXISTS (SELECT 1 FROM uplink o WHERE o.user_hash = u.user_hash AND o.id < u.id"
                + " AND o.state = 0 AND o.attempts < ? AND (o.next_at_ms > ? OR (" + leasedBy("o") + ")))"
                + " ORDER BY u.id LIMIT ?")) {
            set(
                    read,
                    nowMs,
                    nowMs,
                    owner,
                    anyLife.length,
                    anyLife,
                    FAILURES_IN_ORDER_MAX,
                    nowMs,
                    nowMs,
                    owner,
                    anyLife.length,
                    anyLife,
                    max);
            try (ResultSet result = read.executeQuery()) {
                while (result.next()) {
                    response.addUplinks(StoredUplink.newBuilder()
                            .setId(Long.toString(result.getLong(1)))
                            .setAttempts(result.getInt(2))
                            .setEntry(UplinkEntry.parseFrom(result.getBytes(3))));
                }
            } catch (InvalidProtocolBufferException e) {
                throw new SQLException("an uplink's row cannot be read", e);
            }
        }
        lease(connection, request, response.getUplinksList(), nowMs);
        return response.build();
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

    static UplinkSettleResponse settle(Connection connection, UplinkSettleRequest request, long nowMs)
            throws SQLException {
        UplinkSettleResponse.Builder response = UplinkSettleResponse.newBuilder();
        List<Long> delivered = new ArrayList<>();
        for (UplinkSettlement settlement : request.getSettlementsList()) {
            response.addSettled(settle(connection, settlement, nowMs, delivered));
        }
        end(connection, delivered);
        return response.build();
    }

    private static void end(Connection connection, List<Long> delivered) throws SQLException {
        if (delivered.isEmpty()) {
            return;
        }
        String marks = String.join(", ", Collections.nCopies(delivered.size(), "?"));
        int ended = update(connection, "DELETE FROM uplink WHERE id IN (" + marks + ")", delivered.toArray());
        if (ended < delivered.size()) {
            // Another coordinator, whose lease it was, may have given one up.
            DeadLetterTable.drop(connection, delivered);
        }
    }

    /** True where the uplink is now as the settlement says, also if it was before. */
    private static boolean settle(Connection connection, UplinkSettlement settlement, long nowMs, List<Long> delivered)
            throws SQLException {
        long id;
        try {
            id = Long.parseLong(settlement.getId());
        } catch (NumberFormatException e) {
            return false;
        }
        String error = settlement.getError();
        String kept = error.substring(0, Math.min(error.length(), ERROR_CHARS_MAX));
        switch (settlement.getFate()) {
            case UPLINK_FATE_DELIVERED -> delivered.add(id);
            case UPLINK_FATE_RETRY ->
                update(
                        connection,
                        "UPDATE uplink SET attempts = attempts + 1, lease_until_ms = 0, next_at_ms = ?, error = ?"
                                + " WHERE id = ? AND state = 0",
                        nowMs + Math.max(0, settlement.getRetryAfterMs()),
                        kept,
                        id);
            case UPLINK_FATE_DEAD -> DeadLetterTable.bury(connection, id, kept, nowMs);
            case UPLINK_FATE_RETURNED ->
                update(
                        connection,
                        "UPDATE uplink SET lease_until_ms = 0, next_at_ms = GREATEST(next_at_ms, ?)"
                                + " WHERE id = ? AND state = 0",
                        settlement.getRetryAfterMs() > 0 ? nowMs + settlement.getRetryAfterMs() : 0,
                        id);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, values);
            return statement.executeUpdate();
        }
    }

    private static void set(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }

    /** Client ids older than the time that they are remembered for, a bounded number of them. Returns how many. */
    public static int forgetOldIds(Connection connection, long nowMs) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(
                    "DELETE FROM uplink_seen WHERE seen_at_ms < " + (nowMs - DEDUPE_MS) + " LIMIT 10000");
        }
    }
}

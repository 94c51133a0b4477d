package io.carillon.saver.uplink;

import io.carillon.contract.EventKind;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkPutResult;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettleResponse;
import io.carillon.contract.UplinkSettlement;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.digest.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
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
    private static final int ERROR_CHARS_MAX = 500;
    /** Failures after which an uplink no longer holds up what the same user sent later. */
    static final int FAILURES_IN_ORDER_MAX = 3;

    private static final UplinkPutResult FULL = UplinkPutResult.newBuilder()
            .setError("too many uplinks wait for the endpoint")
            .build();

    private UplinkTable() {}

    /** Whether a lane takes no more. */
    @FunctionalInterface
    interface Full {
        boolean at(Connection connection, long lane) throws SQLException;
    }

    /** As below, whatever waits already. */
    public static void insert(Connection connection, List<UplinkEntry> entries, long nowMs) throws SQLException {
        insert(connection, entries, (with, lane) -> false, nowMs);
    }

    /**
     * One whose (app, user, client id, kind) was seen within ten minutes is a duplicate; one without a client id never. One
     * that its lane has no place for is not stored, but a duplicate is one there too: it was stored before.
     */
    static UplinkPutResponse insert(Connection connection, List<UplinkEntry> entries, Full full, long nowMs)
            throws SQLException {
        UplinkPutResponse.Builder response = UplinkPutResponse.newBuilder();
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO uplink"
                + " (lane, user_hash, state, attempts, next_at_ms, lease_until_ms, lease_owner, error, put_at_ms, body)"
                + " VALUES (?, ?, 0, 0, 0, 0, '', '', ?, ?)")) {
            boolean any = false;
            for (UplinkEntry entry : entries) {
                boolean named = !entry.getClientId().isEmpty();
                if (full.at(connection, lane(entry)) && !(named && seen(connection, entry, nowMs))) {
                    response.addResults(FULL);
                    continue;
                }
                boolean fresh = !named || firstSeen(connection, entry, nowMs);
                if (fresh) {
                    insert.setLong(1, lane(entry));
                    insert.setLong(2, order(entry));
                    insert.setLong(3, nowMs);
                    insert.setBytes(4, entry.toByteArray());
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

    /** What goes to one receiver: an app's uplinks for one endpoint, its presence, its receipts. */
    static long lane(UplinkEntry entry) {
        return mix(mix(Buckets.hash(entry.getApp(), ""), entry.getKindValue()), entry.getEndpoint());
    }

    /** What goes in order: what is for a user in one lane waits for nothing of his in another. */
    private static long order(UplinkEntry entry) {
        return mix(lane(entry), Buckets.hash(entry.getApp(), entry.getUser()));
    }

    private static long mix(long hash, long with) {
        long mixed = (hash ^ with) * 0x9E37_79B9_7F4A_7C15L;
        return mixed ^ (mixed >>> 32);
    }

    private static boolean seen(Connection connection, UplinkEntry entry, long nowMs) throws SQLException {
        try (PreparedStatement read =
                connection.prepareStatement("SELECT 1 FROM uplink_seen WHERE id_hash = ? AND seen_at_ms >= ?")) {
            read.setBytes(1, idHash(entry));
            read.setLong(2, nowMs - DEDUPE_MS);
            try (ResultSet row = read.executeQuery()) {
                return row.next();
            }
        }
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
        MessageDigest digest = Sha256.begin();
        if (entry.getKind() != EventKind.EVENT_KIND_UPLINK) {
            digest.update(("\0" + entry.getKindValue() + '\0').getBytes(StandardCharsets.UTF_8));
        }
        digest.update((entry.getApp() + '\0' + entry.getUser() + '\0').getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(digest.digest(entry.getClientId().getBytes(StandardCharsets.UTF_8)), 16);
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
            case UPLINK_FATE_DEAD -> DeadLetterTable.bury(connection, id, 1, kept, nowMs);
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

    static void set(PreparedStatement statement, Object... values) throws SQLException {
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

package io.carillon.saver.uplink;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.EventKind;
import io.carillon.contract.UplinkEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where more events wait for an app's presence than may for an endpoint ({@link LaneBound}), drops those behind which a newer
 * one of their user waits: of presence the last state counts, and a receiver keeps the highest version. So what waits for an
 * endpoint that is away is bounded by that number and the app's users. Below it each state is told, however long it waits.
 *
 * <p>What came within the last minute stays, and so does what a coordinator has in hand.
 *
 * <p>Walks the lanes of the apps that want presence, {@link #PAGE_MAX} rows a transaction. Thread-safe: guarded by
 * {@code this}.
 */
public final class SupersededPresence {
    static final int PAGE_MAX = 2_000;
    private static final long KEPT_MS = TimeUnit.MINUTES.toMillis(1);

    private final Supplier<? extends Collection<String>> apps;
    private final LaneBound bound;
    private final Clock clock;
    private final LongAdder dropped = new LongAdder();

    // Guarded by this. Where the walk is: behind an id of the first lane.
    private final Queue<Long> lanes = new ArrayDeque<>();
    private long afterId;
    private boolean walking;

    private record Page(int rows, long lastId, List<Long> superseded) {}

    /** @param apps that want presence */
    public SupersededPresence(Supplier<? extends Collection<String>> apps, LaneBound bound, Clock clock) {
        this.apps = apps;
        this.bound = bound;
        this.clock = clock;
    }

    /** One step of a walk, in its caller's transaction. 0: the walk is over, and the next step begins another. */
    public synchronized int drop(Connection connection) throws SQLException {
        if (!walking) {
            for (String app : apps.get()) {
                long lane = lane(app);
                if (bound.full(connection, lane)) {
                    lanes.add(lane);
                }
            }
            walking = true;
        }
        while (!lanes.isEmpty()) {
            Page page = page(connection, lanes.element());
            if (page.rows == PAGE_MAX) {
                afterId = page.lastId;
            } else {
                lanes.remove();
                afterId = 0;
            }
            if (page.rows > 0) {
                dropped.add(delete(connection, page.superseded));
                return page.rows;
            }
        }
        walking = false;
        return 0;
    }

    private static long lane(String app) {
        return UplinkTable.lane(UplinkEntry.newBuilder()
                .setApp(app)
                .setKind(EventKind.EVENT_KIND_PRESENCE)
                .build());
    }

    private Page page(Connection connection, long lane) throws SQLException {
        List<Long> superseded = new ArrayList<>();
        int rows = 0;
        long lastId = afterId;
        try (PreparedStatement read = connection.prepareStatement("SELECT u.id, u.put_at_ms, u.body,"
                + " (SELECT n.body FROM uplink n FORCE INDEX (by_user) WHERE n.user_hash = u.user_hash AND n.id > u.id"
                + " ORDER BY n.id DESC LIMIT 1)"
                + " FROM uplink u FORCE INDEX (by_lane) WHERE u.lane = ? AND u.id > ? ORDER BY u.id LIMIT ?")) {
            UplinkTable.set(read, lane, afterId, PAGE_MAX);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    rows++;
                    lastId = row.getLong(1);
                    boolean settled = row.getLong(2) <= clock.millis() - KEPT_MS;
                    if (settled && isSuperseded(row.getBytes(3), row.getBytes(4))) {
                        superseded.add(lastId);
                    }
                }
            }
        }
        return new Page(rows, lastId, superseded);
    }

    /** The user is looked at as well: two users may share a hash. */
    private static boolean isSuperseded(byte[] body, byte @Nullable [] newestBody) throws SQLException {
        if (newestBody == null) {
            return false;
        }
        try {
            UplinkEntry one = UplinkEntry.parseFrom(body);
            UplinkEntry newest = UplinkEntry.parseFrom(newestBody);
            return one.getUser().equals(newest.getUser())
                    && one.getPresence().getVersion() < newest.getPresence().getVersion();
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("an uplink's row cannot be read", e);
        }
    }

    private int delete(Connection connection, List<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return 0;
        }
        String marks = String.join(", ", Collections.nCopies(ids.size(), "?"));
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM uplink WHERE id IN (" + marks + ") AND lease_until_ms <= " + clock.millis())) {
            UplinkTable.set(delete, ids.toArray());
            return delete.executeUpdate();
        }
    }

    /** Events dropped since the start. */
    public long dropped() {
        return dropped.sum();
    }
}

package io.carillon.saver.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastSpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;

/** Reads lists that have changed. What a list had before is not read again. One look at a time uses it. */
final class ListingReader {
    private static final int CHANGED_MAX = 10_000;
    private static final long UNREAD = -1;

    private final BroadcastConfig config;
    private final HeldLists held;
    private final LongAdder reads = new LongAdder();
    /** All that changed up to it has been seen. Handed from look to look. */
    private volatile long seenVersion = UNREAD;

    ListingReader(BroadcastConfig config, HeldLists held) {
        this.config = config;
        this.held = held;
    }

    /** The lists of these apps, and those held that have changed. */
    Map<String, BroadcastListing> read(Connection connection, Set<String> missing) throws SQLException {
        long seen = seenVersion == UNREAD ? newestVersion(connection) : seenVersion;
        Set<String> apps = new TreeSet<>(missing);
        int found = 0;
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT app, version FROM broadcast_app WHERE version > ? ORDER BY version LIMIT " + CHANGED_MAX)) {
            read.setLong(1, seen);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    String app = LiveTable.text(row.getBytes(1));
                    if (held.peek(app) != null) {
                        apps.add(app);
                    }
                    seen = row.getLong(2);
                    found++;
                }
            }
        }
        Map<String, BroadcastListing> lists = new HashMap<>();
        for (String app : apps) {
            lists.put(app, list(connection, app));
        }
        // A version that several apps share may have been cut.
        seenVersion = found == CHANGED_MAX ? seen - 1 : seen;
        return lists;
    }

    private static long newestVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COALESCE(MAX(version), 0) FROM broadcast_app")) {
            row.next();
            return row.getLong(1);
        }
    }

    private BroadcastListing list(Connection connection, String app) throws SQLException {
        reads.increment();
        BroadcastListing.Builder listing =
                BroadcastListing.newBuilder().setApp(app).setVersion(1);
        try (PreparedStatement read =
                connection.prepareStatement("SELECT version, last_bseq FROM broadcast_app WHERE app = ?")) {
            read.setBytes(1, LiveTable.bytes(app));
            try (ResultSet row = read.executeQuery()) {
                if (row.next()) {
                    listing.setVersion(row.getLong(1)).setNewestBseq(row.getLong(2));
                }
            }
        }
        List<RecordTable.Row> rows = newest(RecordTable.listed(connection, app, config.listedMax()));
        Map<ByteString, BroadcastSpec> specs = specs(connection, app, rows);
        for (RecordTable.Row row : rows.reversed()) {
            BroadcastSpec spec = specs.get(row.id());
            if (spec != null) {
                listing.addBroadcasts(Broadcast.newBuilder(row.broadcast()).setSpec(spec));
                listing.setNewestBseq(
                        Math.max(listing.getNewestBseq(), row.broadcast().getBseq()));
            }
        }
        return listing.build();
    }

    /** As many as their bytes allow. */
    private List<RecordTable.Row> newest(List<RecordTable.Row> rows) {
        List<RecordTable.Row> newest = new ArrayList<>();
        long bytes = 0;
        for (RecordTable.Row row : rows) {
            bytes += row.bytes();
            if (bytes > config.listedBytesMax().bytes()) {
                break;
            }
            newest.add(row);
        }
        return newest;
    }

    private Map<ByteString, BroadcastSpec> specs(Connection connection, String app, List<RecordTable.Row> rows)
            throws SQLException {
        Map<ByteString, BroadcastSpec> specs = new HashMap<>();
        BroadcastListing before = held.peek(app);
        if (before != null) {
            before.getBroadcastsList().forEach(one -> specs.put(one.getSpec().getId(), one.getSpec()));
        }
        List<ByteString> unknown = rows.stream()
                .map(RecordTable.Row::id)
                .filter(id -> !specs.containsKey(id))
                .toList();
        specs.putAll(RecordTable.specs(connection, unknown));
        return specs;
    }

    /** Lists read since the start. */
    long reads() {
        return reads.sum();
    }
}

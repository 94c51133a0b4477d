package io.carillon.saver.broadcast;

import static io.carillon.saver.broadcast.LiveTable.bytes;
import static io.carillon.saver.broadcast.LiveTable.text;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The statements on the shares of apps' ceilings; behind the gate. There are rows only where batches or broadcasts go on. */
final class ShareTable {
    private ShareTable() {}

    static List<ShareRow> all(Connection connection) throws SQLException {
        List<ShareRow> rows = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement("SELECT app, holder, wanted, told, told_before,"
                        + " before_until_ms, at_ms FROM delivery_share");
                ResultSet found = read.executeQuery()) {
            while (found.next()) {
                ShareRow row = new ShareRow(text(found.getBytes(1)), text(found.getBytes(2)));
                row.wanted = found.getDouble(3);
                row.told = found.getDouble(4);
                row.toldBefore = found.getDouble(5);
                row.beforeUntilMs = found.getLong(6);
                row.atMs = found.getLong(7);
                rows.add(row);
            }
        }
        return rows;
    }

    static void write(Connection connection, Collection<ShareRow> rows) throws SQLException {
        try (PreparedStatement put =
                        connection.prepareStatement("INSERT INTO delivery_share (app, holder, wanted, told,"
                                + " told_before, before_until_ms, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
                                + " ON DUPLICATE KEY UPDATE wanted = VALUES(wanted), told = VALUES(told),"
                                + " told_before = VALUES(told_before), before_until_ms = VALUES(before_until_ms),"
                                + " at_ms = VALUES(at_ms)");
                PreparedStatement drop =
                        connection.prepareStatement("DELETE FROM delivery_share WHERE app = ? AND holder = ?")) {
            for (ShareRow row : rows) {
                if (row.gone) {
                    drop.setBytes(1, bytes(row.app));
                    drop.setBytes(2, bytes(row.holder));
                    drop.addBatch();
                } else if (row.changed) {
                    bind(put, row);
                }
            }
            drop.executeBatch();
            put.executeBatch();
        }
    }

    private static void bind(PreparedStatement put, ShareRow row) throws SQLException {
        put.setBytes(1, bytes(row.app));
        put.setBytes(2, bytes(row.holder));
        put.setDouble(3, row.wanted);
        put.setDouble(4, row.told);
        put.setDouble(5, row.toldBefore);
        put.setLong(6, row.beforeUntilMs);
        put.setLong(7, row.atMs);
        put.addBatch();
    }
}

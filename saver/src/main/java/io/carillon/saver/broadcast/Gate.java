package io.carillon.saver.broadcast;

import io.carillon.saver.mysql.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The row that whoever changes states or leases locks: they do so one after another, and versions become visible in their
 * order.
 *
 * <p>A saver that dies leaves it with its connection. One that is stopped keeps its connection: MySQL closes it after
 * {@value #HELD_S} s without a statement, and so undoes what it began. Who waits gives up after {@value #WAITED_S} s,
 * before its connection would count as broken.
 */
public final class Gate {
    private static final int HELD_S = 3;
    private static final int WAITED_S = 1;

    private Gate() {}

    /** Works behind the gate; what comes to the transaction's end is there as a whole or not at all. */
    static <T> T behind(Connection connection, Database.Work<T> work) throws SQLException {
        lock(connection);
        try {
            return work.on(connection);
        } finally {
            set(connection, "innodb_lock_wait_timeout = DEFAULT, wait_timeout = DEFAULT");
        }
    }

    /** To the transaction's end nobody else changes a state or a lease. The connection keeps the short waits. */
    public static void lock(Connection connection) throws SQLException {
        set(connection, "innodb_lock_wait_timeout = " + WAITED_S + ", wait_timeout = " + HELD_S);
        version(connection, " FOR UPDATE");
    }

    private static void set(Connection connection, String variables) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION " + variables);
        }
    }

    /** The next version; what was changed under it has to be written behind the gate as well. */
    static long raiseVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE broadcast_gate SET version = version + 1 WHERE only_row = 1");
        }
        return version(connection, "");
    }

    private static long version(Connection connection, String lock) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT version FROM broadcast_gate WHERE only_row = 1" + lock)) {
            row.next();
            return row.getLong(1);
        }
    }
}

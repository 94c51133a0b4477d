package io.carillon.saver.mysql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** MySQL's clock, the one that all savers share. */
public final class StoreTime {
    /** Milliseconds since 1970, as an expression; it is constant within a statement. */
    public static final String MILLIS_SQL = "(UNIX_TIMESTAMP() * 1000 + MICROSECOND(NOW(6)) DIV 1000)";

    private StoreTime() {}

    /** Microseconds since 1970. Not by UNIX_TIMESTAMP(NOW(6)), which goes wrong in the hour that a time zone repeats. */
    public static long micros(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT UNIX_TIMESTAMP() * 1000000 + MICROSECOND(NOW(6))")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Milliseconds since 1970. */
    public static long millis(Connection connection) throws SQLException {
        return micros(connection) / 1000;
    }
}

package io.carillon.saver.label;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** A statement that grows with its values. Texts are stored as their bytes, so that what differs in a byte differs. */
final class Statement {
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> values = new ArrayList<>();

    /** Takes one row of a result. */
    interface Row {
        void on(ResultSet row) throws SQLException;
    }

    /** Adds a piece, with the value of each of its marks. */
    Statement add(String piece, Object... ofMarks) {
        sql.append(piece);
        for (Object value : ofMarks) {
            values.add(value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : value);
        }
        return this;
    }

    /** Adds a list in parentheses, which must not be empty. */
    Statement in(Collection<String> texts) {
        return add("(" + String.join(", ", Collections.nCopies(texts.size(), "?")) + ")", texts.toArray());
    }

    int update(Connection connection) throws SQLException {
        try (PreparedStatement statement = prepare(connection)) {
            return statement.executeUpdate();
        }
    }

    void query(Connection connection, Row row) throws SQLException {
        query(connection, 0, row);
    }

    /** @param timeoutSeconds then the store ends it, and its connection stays good; 0: not so */
    void query(Connection connection, int timeoutSeconds, Row row) throws SQLException {
        try (PreparedStatement statement = prepare(connection)) {
            statement.setQueryTimeout(timeoutSeconds);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    row.on(rows);
                }
            }
        }
    }

    static String text(ResultSet row, int column) throws SQLException {
        return new String(row.getBytes(column), StandardCharsets.UTF_8);
    }

    private PreparedStatement prepare(Connection connection) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql.toString());
        try {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }
}

package io.carillon.saver.mysql;

import java.sql.SQLException;

/** The commit was sent and not confirmed: the transaction may stand. */
public final class CommitUnknownException extends SQLException {
    private static final long serialVersionUID = 1L;

    CommitUnknownException(SQLException cause) {
        super(cause.getMessage(), cause.getSQLState(), cause);
    }
}

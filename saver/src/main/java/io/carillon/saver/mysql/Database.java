package io.carillon.saver.mysql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to MySQL, and what is known of it: up once the schema stands, down from a failure until something
 * worked again. While it is down only one attempt a moment goes out; the rest is refused at once.
 *
 * <p>Its methods block: threads of its users' own, never an event loop.
 */
public final class Database implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final long RETRY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final DatabaseConfig config;
    private final HikariDataSource source;
    /** For single statements, which commit by themselves. */
    private final HikariDataSource autoCommit;

    private final Thread watch;
    private volatile boolean migrated;
    private volatile boolean down;
    /** When the next attempt may go out, by nanoTime. Benign race: two attempts instead of one. */
    private volatile long nextAttemptNs;

    private volatile boolean closed;

    /** Work on one connection, autocommit off; committed by {@link #inTransaction} after it returned. */
    @FunctionalInterface
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private Database(DatabaseConfig config) {
        this.config = config;
        int lanes = config.commitLanes();
        source = new HikariDataSource(pool(config, "mysql", false, config.connections() - lanes, 1));
        autoCommit = new HikariDataSource(pool(config, "mysql-lanes", true, lanes, lanes));
        watch = Thread.ofPlatform().daemon().name("mysql-watch").unstarted(this::watch);
    }

    private static HikariConfig pool(
            DatabaseConfig config, String name, boolean autoCommit, int connections, int minimumIdle) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName(name);
        pool.setJdbcUrl(config.url());
        pool.setUsername(config.user());
        pool.setPassword(config.password());
        pool.setMaximumPoolSize(connections);
        pool.setMinimumIdle(minimumIdle);
        pool.setConnectionTimeout(config.connectionTimeout().toMillis());
        pool.setValidationTimeout(Math.min(1000, config.connectionTimeout().toMillis()));
        pool.setInitializationFailTimeout(-1);
        pool.setAutoCommit(autoCommit);
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        pool.addDataSourceProperty("rewriteBatchedStatements", "true");
        pool.addDataSourceProperty("cachePrepStmts", "true");
        pool.addDataSourceProperty("connectTimeout", config.connectionTimeout().toMillis());
        pool.addDataSourceProperty("socketTimeout", config.commitTimeout().toMillis());
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        return pool;
    }

    /** Brings the schema up. A MySQL that is away is waited for in the background. */
    public static Database open(DatabaseConfig config) {
        Database database = new Database(config);
        database.tryMigrate();
        database.watch.start();
        return database;
    }

    public DatabaseConfig config() {
        return config;
    }

    /** False where it is known that it would take nothing now. */
    public boolean available() {
        return migrated && !down;
    }

    /** False where an attempt would only wait: it is down, and was tried a moment ago. */
    boolean worthAnAttempt() {
        return migrated && (!down || nextAttemptNs - System.nanoTime() <= 0);
    }

    /**
     * Runs the work and commits.
     *
     * @throws SQLException nothing was written; or, as {@link CommitUnknownException}, perhaps
     */
    public <T> T inTransaction(Work<T> work) throws SQLException {
        if (!worthAnAttempt()) {
            throw new SQLException("mysql is away");
        }
        try (Connection connection = source.getConnection()) {
            T result = rolledBackOnFailure(connection, work);
            commit(connection);
            onWorked();
            return result;
        } catch (SQLException e) {
            if (brokenConnection(e)) {
                onFailed(e);
            }
            throw e;
        }
    }

    /**
     * Runs work that is a single statement and so commits by itself: one round trip instead of two.
     *
     * @throws SQLException nothing was written; or, as {@link CommitUnknownException}, perhaps
     */
    void inOneStatement(Work<?> work) throws SQLException {
        if (!worthAnAttempt()) {
            throw new SQLException("mysql is away");
        }
        try (Connection connection = autoCommit.getConnection()) {
            committed(connection, work);
            onWorked();
        } catch (SQLException e) {
            if (brokenConnection(e)) {
                onFailed(e);
            }
            throw e;
        }
    }

    /** A statement that was refused wrote nothing; one whose connection broke may have. */
    private static void committed(Connection connection, Work<?> work) throws SQLException {
        try {
            work.on(connection);
        } catch (SQLException e) {
            throw brokenConnection(e) ? new CommitUnknownException(e) : e;
        }
    }

    private static <T> T rolledBackOnFailure(Connection connection, Work<T> work) throws SQLException {
        try {
            return work.on(connection);
        } catch (SQLException | RuntimeException e) {
            try {
                connection.rollback();
            } catch (SQLException ignored) {
                // The connection is gone, and with it the transaction.
            }
            throw e;
        }
    }

    private static void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new CommitUnknownException(e);
        }
    }

    private static boolean brokenConnection(SQLException e) {
        String state = e.getSQLState();
        return e instanceof CommitUnknownException
                || e instanceof java.sql.SQLTransientConnectionException
                || e instanceof java.sql.SQLNonTransientConnectionException
                || e instanceof java.sql.SQLRecoverableException
                || (state != null && state.startsWith("08"));
    }

    private void onWorked() {
        if (down) {
            down = false;
            log.info("mysql works again");
        }
    }

    private void onFailed(SQLException e) {
        nextAttemptNs = System.nanoTime() + RETRY_PAUSE_NS;
        if (!down) {
            down = true;
            log.warn("mysql is away error=\"{}\"", e.getMessage());
        }
    }

    private void tryMigrate() {
        try {
            Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:db/migration")
                    .loggers("slf4j")
                    .load()
                    .migrate();
            migrated = true;
        } catch (RuntimeException e) {
            log.warn(
                    "schema could not be brought up; it is tried again url={} error=\"{}\"",
                    config.url(),
                    e.getMessage());
        }
    }

    private void watch() {
        while (!closed) {
            try {
                TimeUnit.NANOSECONDS.sleep(RETRY_PAUSE_NS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (!migrated) {
                tryMigrate();
            } else if (down) {
                probe();
            }
        }
    }

    private void probe() {
        try (Connection connection = source.getConnection()) {
            if (connection.isValid(1)) {
                onWorked();
            }
        } catch (SQLException e) {
            log.debug("mysql is still away", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        watch.interrupt();
        source.close();
        autoCommit.close();
    }
}

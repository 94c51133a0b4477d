package io.carillon.deploy.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * MariaDB as the services want it: every commit on disk, on loopback alone, one database and one user with a generated
 * password. The first start creates the system tables by feeding the server's bootstrap mode what mariadb-install-db
 * would, without help texts and sys schema: 1 s instead of 5.
 */
public final class EmbeddedMariaDb {
    public static final String DATABASE = "carillon";
    public static final String USER = "carillon";

    private static final Duration BOOTSTRAP_TIMEOUT = Duration.ofMinutes(3);
    private static final List<String> SYSTEM_SCRIPTS = List.of(
            "mariadb_system_tables.sql",
            "mariadb_performance_tables.sql",
            "mariadb_system_tables_data.sql",
            "maria_add_gis_sp_bootstrap.sql");

    private EmbeddedMariaDb() {}

    /**
     * Creates the database under {@code directory} if it isn't there.
     *
     * @param password of the database's user; letters and digits, and the same at every call for one directory
     */
    public static StoreProcess prepare(EmbeddedBinaries binaries, Path directory, int port, String password)
            throws IOException, InterruptedException {
        Path software = binaries.mariaDb();
        Path data = directory.resolve("data");
        PrivateFiles.directory(directory);
        if (!Files.isDirectory(data)) {
            create(software, directory, data, password);
        }
        List<String> command = common(software, data);
        command.addAll(List.of(
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                // Relative to the data directory: an absolute path may be longer than a socket's may.
                "--socket=mysql.sock",
                "--innodb-flush-log-at-trx-commit=1",
                "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_bin",
                "--max-connections=200",
                "--performance-schema=off"));
        return new StoreProcess("mysql", command, directory, port, Probes::mysql);
    }

    private static List<String> common(Path software, Path data) {
        List<String> command = new ArrayList<>(List.of(
                software.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--basedir=" + software,
                "--datadir=" + data,
                "--lc-messages-dir=" + software.resolve("share"),
                "--character-sets-dir=" + software.resolve("share/charsets"),
                // Messages lie by bucket: users that are spread over all 4,096 touch as many pages of 16 KiB, and again
                // as many
                // of the index by id. What does not fit is read and written for each message.
                "--innodb-buffer-pool-size=256M",
                "--innodb-log-file-size=128M",
                // On loopback it protects nothing, and making its certificate takes longer than all the rest.
                "--skip-ssl"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=root");
        }
        return command;
    }

    private static void create(Path software, Path directory, Path data, String password)
            throws IOException, InterruptedException {
        Path growing = directory.resolve("data.new");
        Path script = directory.resolve("bootstrap.sql");
        Path log = directory.resolve("bootstrap.log");
        EmbeddedBinaries.deleteTree(growing);
        PrivateFiles.directory(growing);
        PrivateFiles.write(script, bootstrapScript(software, password));
        List<String> command = common(software, growing);
        command.add("--bootstrap");
        Process bootstrap = new ProcessBuilder(command)
                .redirectInput(script.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!bootstrap.waitFor(BOOTSTRAP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            bootstrap.destroyForcibly();
            throw new IOException(
                    "MariaDB did not create its tables within " + BOOTSTRAP_TIMEOUT.toSeconds() + " s, see " + log);
        }
        if (bootstrap.exitValue() != 0) {
            throw new IOException("MariaDB could not create its tables in " + growing + ", see " + log);
        }
        Files.delete(script);
        Files.move(growing, data);
    }

    private static String bootstrapScript(Path software, String password) throws IOException {
        StringBuilder script = new StringBuilder("""
                CREATE DATABASE IF NOT EXISTS mysql;
                USE mysql;
                SET @auth_root_socket=NULL;
                """);
        for (String name : SYSTEM_SCRIPTS) {
            script.append(Files.readString(software.resolve("share").resolve(name), StandardCharsets.UTF_8))
                    .append('\n');
        }
        return script.append("""
                        DELETE FROM mysql.global_priv WHERE NOT (User='root' AND Host='localhost');
                        DELETE FROM mysql.proxies_priv;
                        FLUSH PRIVILEGES;
                        ALTER USER 'root'@'localhost' IDENTIFIED BY '%1$s';
                        CREATE DATABASE %2$s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
                        CREATE USER '%3$s'@'%%' IDENTIFIED BY '%1$s';
                        GRANT ALL ON %2$s.* TO '%3$s'@'%%';
                        """.formatted(password, DATABASE, USER)).toString();
    }
}

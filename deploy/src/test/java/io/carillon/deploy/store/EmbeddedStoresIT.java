package io.carillon.deploy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("linux")
class EmbeddedStoresIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stopAll() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void redisServesBehindItsPasswordAndKeepsWhatItHadAfterAKill() throws Exception {
        int port = freePort();
        EmbeddedBinaries binaries = EmbeddedBinaries.of(System.getenv(), directory);
        StoreProcess redis = EmbeddedRedis.prepare(binaries, directory.resolve("redis"), port, "secret1234");

        Process first = serve(redis);
        assertThat(redisSays(port, "GET k")).startsWith("-NOAUTH");
        assertThat(redisSays(port, "AUTH secret1234\r\nSET k v")).startsWith("+OK\r\n+OK");
        assertThat(redisSays(port, "AUTH secret1234\r\nCONFIG GET maxmemory-policy"))
                .contains("noeviction");
        // everysec: what is older than a second is in the file.
        await().until(() -> Files.size(directory.resolve("redis/appendonly.aof")) > 0);
        first.destroyForcibly().waitFor();

        serve(redis);
        assertThat(redisSays(port, "AUTH secret1234\r\nGET k")).contains("\r\nv\r\n");
    }

    @Test
    void mariaDbIsCreatedOnceWithOneUserAndFullDurability() throws Exception {
        int port = freePort();
        EmbeddedBinaries binaries = EmbeddedBinaries.of(System.getenv(), directory);
        Path data = directory.resolve("mysql");
        Process first = serve(EmbeddedMariaDb.prepare(binaries, data, port, "secret1234"));
        try (Connection connection = connect(port, "carillon", "secret1234");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t (id INT PRIMARY KEY)");
            statement.execute("INSERT INTO t VALUES (7)");
            try (ResultSet result = statement.executeQuery("SELECT @@innodb_flush_log_at_trx_commit")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getInt(1)).isEqualTo(1);
            }
        }
        assertThatThrownBy(() -> connect(port, "carillon", "wrong")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> connect(port, "root", "")).isInstanceOf(SQLException.class);
        first.destroyForcibly().waitFor();

        serve(EmbeddedMariaDb.prepare(binaries, data, port, "secret1234"));
        try (Connection connection = connect(port, "carillon", "secret1234");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT id FROM t")) {
            assertThat(result.next()).isTrue();
            assertThat(result.getInt(1)).isEqualTo(7);
        }
    }

    @Test
    void zooKeeperServesOnLoopback() throws Exception {
        int port = freePort();
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        StoreProcess zooKeeper = EmbeddedZooKeeper.prepare(java, directory.resolve("zookeeper"), port);
        assertThat(zooKeeper.probe().serves(port, TIMEOUT)).isFalse();
        assertThat(serve(zooKeeper).isAlive()).isTrue();
    }

    @Test
    void theCacheFallsBackToTheDataDirectoryWhereThereIsNoHome() throws IOException {
        Path redis =
                EmbeddedBinaries.of(Map.of("HOME", "/proc/nowhere"), directory).redisServer();
        assertThat(redis).startsWith(directory).isExecutable();
        assertThat(EmbeddedBinaries.of(Map.of("HOME", "/proc/nowhere"), directory)
                        .redisServer())
                .isEqualTo(redis);
    }

    private Process serve(StoreProcess store) throws IOException {
        File log = directory.resolve(store.name() + ".log").toFile();
        Process process = new ProcessBuilder(store.command())
                .directory(store.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        started.add(process);
        await().atMost(Duration.ofMinutes(2)).until(() -> store.probe().serves(store.port(), TIMEOUT));
        return process;
    }

    private static Connection connect(int port, String user, String password) throws SQLException {
        return DriverManager.getConnection("jdbc:mysql://127.0.0.1:" + port + "/carillon", user, password);
    }

    private static String redisSays(int port, String commands) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((commands + "\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

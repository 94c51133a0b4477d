package io.carillon.saver;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/** A real redis-server on a port of its own, with its data under target. */
final class TestRedis implements AutoCloseable {
    private final int port;
    private final Path directory;
    private final List<String> settings;
    private RedisServer server;

    TestRedis(String... settings) {
        try {
            port = freePort();
            directory = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "redis").toAbsolutePath()), "node");
            this.settings = List.of(settings);
            server = start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A port that is free, and whose cluster bus port is in range. Below the ports that the system hands out by itself:
     * a client that tries a store that is down again and again could be given the store's own port, and meet itself.
     */
    static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // Another one, then.
            }
        }
    }

    private RedisServer start() throws IOException {
        RedisServerBuilder builder = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("dir " + directory)
                .setting("save \"\"")
                .setting("appendonly yes")
                .setting("appendfsync everysec");
        settings.forEach(builder::setting);
        RedisServer fresh = builder.build();
        fresh.start();
        return fresh;
    }

    int port() {
        return port;
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Runs commands on a connection of its own. */
    String command(java.util.function.Function<io.lettuce.core.api.sync.RedisCommands<String, String>, Object> work) {
        RedisClient client = RedisClient.create(RedisURI.create(uri()));
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            return String.valueOf(work.apply(connection.sync()));
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    long pid() {
        String info = command(redis -> redis.info("server"));
        return info.lines()
                .filter(line -> line.startsWith("process_id:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring("process_id:".length()).trim()))
                .findFirst()
                .orElseThrow();
    }

    /** kill -9. */
    void kill() {
        ProcessHandle process = ProcessHandle.of(pid()).orElseThrow();
        process.destroyForcibly();
        Awaitility.await().until(() -> !process.isAlive());
    }

    /** Starts again on the same data. */
    void restart() {
        try {
            server.stop();
            server = start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

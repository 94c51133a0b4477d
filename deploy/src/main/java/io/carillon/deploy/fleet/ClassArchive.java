package io.carillon.deploy.fleet;

import io.carillon.runtime.digest.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The libraries' classes, loaded and verified, in one file that the JVMs of embedded fleets map instead of reading jars:
 * the JDK's class-data sharing. It lies in the distribution, {@code cds/KEY.jsa}. The key is made of the JDK and of the
 * libraries as they lie there, in the order in which the JVM finds them, so an archive of other jars is not found; and
 * the JVM itself checks once more. Our own classes are not in it: a build replaces them, and the archive stays.
 *
 * <p>It is made from what one fleet has loaded. A finished archive appears in one step under its name; of several that
 * would make it at once, one does, and the others go without.
 */
final class ClassArchive {
    private static final Duration DUMP_MAX = Duration.ofMinutes(3);
    /** Archives fit one kind of heap and of object headers; where the caller chooses his own, or brings an archive, none is used. */
    private static final Pattern OTHER_LAYOUT =
            Pattern.compile("Use\\w*GC|UseCompact|UseCompressed|Shared|-Xshare|AOT|-Xmx\\d{2,}g");

    private static final String LIST_SUFFIX = ".classes";

    private final Path directory;
    private final Path libraries;

    ClassArchive(Path home) {
        this.directory = home.resolve("cds");
        this.libraries = home.resolve("lib").resolve("ext");
    }

    /** What a JVM of the embedded fleet starts with to use the archive; nothing where there is none that fits. */
    List<String> options(@Nullable String extraOptions) {
        if (extraOptions != null && OTHER_LAYOUT.matcher(extraOptions).find()) {
            return List.of();
        }
        // One that was made useless meanwhile is no news to whoever reads a service's log.
        return file().filter(Files::isReadable)
                .map(file -> List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off,aot*=off"))
                .orElse(List.of());
    }

    /** To make the archive with the fleet that is about to be started; empty where it is there, or can't be written. */
    Optional<Making> making(Path lists) {
        Optional<Path> file = file();
        if (file.isEmpty() || Files.exists(file.get())) {
            return Optional.empty();
        }
        FileChannel channel = null;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null || Files.exists(file.get())) {
                channel.close();
                return Optional.empty();
            }
            Files.createDirectories(lists);
            return Optional.of(new Making(file.get(), lists, channel));
        } catch (IOException | OverlappingFileLockException e) {
            closeQuietly(channel);
            return Optional.empty();
        }
    }

    /** Where the archive for these libraries and this JDK is, or would be. */
    private Optional<Path> file() {
        try (Stream<Path> found = Files.list(libraries)) {
            MessageDigest digest = Sha256.begin();
            digest.update((System.getProperty("java.home") + " " + System.getProperty("java.vm.version"))
                    .getBytes(StandardCharsets.UTF_8));
            // Not sorted: a JVM takes the jars of a directory as they lie in it, and wants the archive's order.
            for (Path jar : (Iterable<Path>) found::iterator) {
                digest.update((jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar) + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
            return Optional.of(directory.resolve(HexFormat.of().formatHex(digest.digest(), 0, 8) + ".jsa"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Nothing was written through it.
        }
    }

    /** One fleet that is to tell what it loads; until it is closed nobody else makes the same. */
    final class Making implements AutoCloseable {
        private final Path file;
        private final Path lists;
        private final FileChannel lock;

        private Making(Path file, Path lists, FileChannel lock) {
            this.file = file;
            this.lists = lists;
            this.lock = lock;
        }

        /** What a process starts with to tell what it loads. */
        String option(String process) {
            return "-XX:DumpLoadedClassList=" + lists.resolve(process + LIST_SUFFIX);
        }

        /**
         * Makes the archive of what the fleet's processes, which may run on, have loaded.
         *
         * @param archiver the start of the command, with the libraries and what the archive depends on
         */
        void make(List<String> archiver, Progress progress) throws InterruptedException {
            long startedNs = System.nanoTime();
            Path log = lists.resolve("dump.log");
            Path growing = directory.resolve("growing");
            try {
                removeOthers();
                Path all = lists.resolve("all");
                Files.write(all, loaded());
                List<String> command = new ArrayList<>(archiver);
                command.addAll(
                        List.of("-Xshare:dump", "-XX:SharedClassListFile=" + all, "-XX:SharedArchiveFile=" + growing));
                Process dump = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
                if (!ended(dump) || dump.exitValue() != 0) {
                    progress.step("the archive of classes could not be made, see " + log);
                    return;
                }
                Files.move(growing, file, StandardCopyOption.ATOMIC_MOVE);
                progress.step("the archive of classes is made: later starts are faster ("
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNs) / 1000.0 + " s)");
            } catch (IOException e) {
                progress.step("the archive of classes could not be made: " + e.getMessage());
            }
        }

        /** Without our own classes, and without the last line of each list, which may not be written to its end. */
        private Set<String> loaded() throws IOException {
            Set<String> all = new LinkedHashSet<>();
            try (Stream<Path> found = Files.list(lists)) {
                for (Path list : found.filter(path -> path.toString().endsWith(LIST_SUFFIX))
                        .sorted()
                        .toList()) {
                    List<String> lines = Files.readAllLines(list);
                    for (String line : lines.subList(0, Math.max(0, lines.size() - 1))) {
                        if (!line.startsWith("#") && !line.contains("io/carillon/") && !line.contains(" source: ")) {
                            // The numbers are a process's own.
                            all.add(line.replaceFirst(" id: \\d+.*", ""));
                        }
                    }
                }
            }
            return all;
        }

        /** Those of libraries or JDKs that are no longer there, and what an interrupted call left. */
        private void removeOthers() throws IOException {
            try (Stream<Path> found = Files.list(directory)) {
                for (Path path : found.filter(path -> !path.endsWith("lock")).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }

        private static boolean ended(Process dump) throws InterruptedException {
            try {
                return dump.waitFor(DUMP_MAX.toSeconds(), TimeUnit.SECONDS);
            } finally {
                dump.destroyForcibly();
            }
        }

        @Override
        public void close() {
            closeQuietly(lock);
        }
    }
}

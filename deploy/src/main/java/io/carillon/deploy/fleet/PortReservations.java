package io.carillon.deploy.fleet;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps fleets that start at the same moment from choosing the same ports: between the choice and the moment a service
 * listens, a port looks free to everybody. A reservation is a file named after the port that names the process which
 * holds it; it counts only as long as that process lives. Where the directory can't be used there are no reservations,
 * and a collision shows as a service that can't listen. Not thread-safe.
 */
final class PortReservations implements AutoCloseable {
    private final Path directory;
    private final Set<Path> held = new HashSet<>();

    PortReservations(Path directory) {
        this.directory = directory;
    }

    /** In the directory that all users of this machine share. */
    static PortReservations shared() {
        Path directory = Path.of(System.getProperty("java.io.tmpdir"), "carillon-ports");
        try {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(directory);
                // Whatever the umask says: other users reserve here as well.
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
        } catch (IOException | UnsupportedOperationException e) {
            return new PortReservations(directory);
        }
        return new PortReservations(directory);
    }

    /** False while another living process holds the port. */
    boolean take(int port) {
        Path file = directory.resolve(Integer.toString(port));
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                if (holderLives(file)) {
                    return false;
                }
                Files.deleteIfExists(file);
            }
            Files.writeString(file, mark(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            held.add(file);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Gives all ports back: by now they are listened on, or not wanted. */
    @Override
    public void close() {
        held.removeIf(PortReservations::deleted);
    }

    /** What can't be deleted counts no longer than this process lives. */
    private static boolean deleted(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean holderLives(Path file) throws IOException {
        String[] mark = Files.readString(file).strip().split(" ", 2);
        try {
            return mark.length == 2 && new ProcessIdentity(Long.parseLong(mark[0]), mark[1]).alive();
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static String mark() {
        long pid = ProcessHandle.current().pid();
        Optional<ProcessIdentity> self = ProcessIdentity.of(pid);
        return pid + " " + self.map(ProcessIdentity::started).orElse("");
    }
}

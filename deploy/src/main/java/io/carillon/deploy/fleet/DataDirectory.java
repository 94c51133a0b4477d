package io.carillon.deploy.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.carillon.deploy.store.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The directory that holds one fleet: its state, its configuration, its logs, its stores' data. */
public final class DataDirectory {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final Path path;

    public DataDirectory(Path path) {
        this.path = path.toAbsolutePath().normalize();
    }

    public Path path() {
        return path;
    }

    public Path log(String name) {
        return path.resolve("log").resolve(name + ".log");
    }

    Path configuration(String name) {
        return path.resolve("conf").resolve(name + ".yaml");
    }

    Path of(String name) {
        return path.resolve(name);
    }

    /** Creates what is missing and makes sure that it can be written. */
    void create() throws FleetException {
        try {
            PrivateFiles.directory(path);
            PrivateFiles.directory(path.resolve("log"));
            PrivateFiles.directory(path.resolve("conf"));
            Files.delete(Files.createTempFile(path, "probe", null));
        } catch (IOException e) {
            throw new FleetException(
                    "the data directory " + path + " can't be written by " + System.getProperty("user.name") + " ("
                            + reason(e) + "); choose another with --data DIR",
                    e);
        }
    }

    /** The state, or empty where no fleet was ever started. */
    public Optional<FleetState> read() throws FleetException {
        Path file = stateFile();
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            FleetState state = JSON.readValue(Files.readAllBytes(file), FleetState.class);
            if (state.layout() != FleetState.LAYOUT) {
                throw new FleetException(file + ": layout " + state.layout() + " (expected: " + FleetState.LAYOUT
                        + "); it was written by another release of carillon");
            }
            return Optional.of(state);
        } catch (JsonProcessingException e) {
            throw new FleetException(file + " can't be understood: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new FleetException(
                    file + " can't be read by " + System.getProperty("user.name") + " (" + reason(e) + ")", e);
        }
    }

    void write(FleetState state) throws FleetException {
        try {
            PrivateFiles.write(stateFile(), JSON.writeValueAsString(state) + "\n");
        } catch (IOException e) {
            throw new FleetException(stateFile() + " can't be written (" + reason(e) + ")", e);
        }
    }

    /** Does the work while every other call that changes this fleet, from whatever process, is kept out. */
    <T> T locked(Work<T> work) throws FleetException, InterruptedException {
        Path file = path.resolve("lock");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // Closing the channel releases it.
            if (tryLock(channel) == null) {
                throw new FleetException("another carillon command is changing the fleet in " + path
                        + " right now; try again when it is done");
            }
            return work.run();
        } catch (IOException e) {
            throw new FleetException(file + " can't be locked (" + reason(e) + ")", e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private Path stateFile() {
        return path.resolve("fleet.json");
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "access denied to " + denied.getFile();
            case FileAlreadyExistsException exists -> exists.getFile() + " is not a directory";
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            default -> String.valueOf(e.getMessage());
        };
    }

    /** A change of the fleet. */
    interface Work<T> {
        T run() throws FleetException, InterruptedException;
    }
}

package io.carillon.runtime.discovery;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last list of each role on disk, so that a process can start while the directory is away. */
final class LastKnown {
    private static final Logger log = LoggerFactory.getLogger(LastKnown.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;

    LastKnown(Path directory) {
        this.directory = directory;
    }

    List<NodeRecord> read(String role) {
        Path file = file(role);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return JSON.readValue(file.toFile(), new TypeReference<List<NodeRecord>>() {});
        } catch (IOException e) {
            log.warn("the last known list of role={} can't be read, going on without it: {}", role, e.toString());
            return List.of();
        }
    }

    void write(String role, List<NodeRecord> nodes) {
        try {
            Files.createDirectories(directory);
            Path next = directory.resolve(role + ".json.next");
            JSON.writeValue(next.toFile(), nodes);
            Files.move(next, file(role), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.warn("the list of role={} can't be kept on disk: {}", role, e.toString());
        }
    }

    private Path file(String role) {
        return directory.resolve(role + ".json");
    }
}

package io.carillon.room.listener;

import io.carillon.runtime.net.Networks;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks that a listener lets in: those of its configuration, and those of a file that is read again when it changes.
 * Thread-safe.
 *
 * <p>A line of the file is {@code allow NETWORK} or {@code deny NETWORK}; empty lines, and what follows a {@code #}, count for
 * nothing. A file that can't be used while the room runs changes nothing.
 */
final class Access {
    private static final Logger log = LoggerFactory.getLogger(Access.class);

    private final List<String> allowConfigured;
    private final List<String> denyConfigured;
    private final @Nullable Path file;
    private @Nullable FileTime readAt;
    private String failure = "";
    private volatile Lists lists;

    private record Lists(Networks allow, Networks deny) {}

    /** @throws IllegalArgumentException naming what is no network, or the file that can't be read */
    Access(ListenerConfig config) {
        allowConfigured = config.allow();
        denyConfigured = config.deny();
        file = config.accessFile().isEmpty() ? null : Path.of(config.accessFile());
        lists = lists(List.of());
        if (file != null) {
            try {
                readAt = Files.getLastModifiedTime(file);
                lists = lists(Files.readAllLines(file));
            } catch (IOException e) {
                throw new IllegalArgumentException("access-file: " + file + " (expected: a readable file)", e);
            }
        }
    }

    boolean admits(InetAddress address) {
        Lists now = lists;
        return !now.deny.contains(address) && (now.allow.isEmpty() || now.allow.contains(address));
    }

    /** Reads the file where it has changed; to be called about once a second, by one thread. */
    void look() {
        if (file == null) {
            return;
        }
        try {
            FileTime changedAt = Files.getLastModifiedTime(file);
            if (!changedAt.equals(readAt)) {
                lists = lists(Files.readAllLines(file));
                readAt = changedAt;
                failure = "";
                log.info("access-file={} read", file);
            }
        } catch (IOException | IllegalArgumentException e) {
            if (!failure.equals(e.toString())) {
                failure = e.toString();
                log.warn("access-file={} can't be used, the lists stay as they were cause={}", file, failure);
            }
        }
    }

    private Lists lists(List<String> lines) {
        List<String> allow = new ArrayList<>(allowConfigured);
        List<String> deny = new ArrayList<>(denyConfigured);
        for (String line : lines) {
            int comment = line.indexOf('#');
            String[] words =
                    (comment < 0 ? line : line.substring(0, comment)).trim().split("\\s+");
            if (words.length == 2 && words[0].equals("allow")) {
                allow.add(words[1]);
            } else if (words.length == 2 && words[0].equals("deny")) {
                deny.add(words[1]);
            } else if (words.length > 1 || !words[0].isEmpty()) {
                throw new IllegalArgumentException("line: " + line + " (expected: allow NETWORK or deny NETWORK)");
            }
        }
        return new Lists(Networks.parse("allow", allow), Networks.parse("deny", deny));
    }
}

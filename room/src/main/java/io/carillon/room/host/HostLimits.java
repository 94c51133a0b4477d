package io.carillon.room.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What the kernel and the limits of this process allow, against what a room with so many connections needs. Linux; what can't be
 * read is passed over. docs/operations.md says how to raise each.
 */
public final class HostLimits {
    /** Files besides the connections: libraries, RPC, logs. */
    private static final long FILES_BESIDES = 1000;

    /** What listeners ask for; the kernel takes the lower of the two. */
    private static final long BACKLOG = 4096;

    private static final int VALUE_BYTES_MAX = 1024;
    private static final int HIGH = 2;
    private static final String OPEN_FILES = "Max open files";

    private final Path proc;
    private final List<String> warnings = new ArrayList<>();

    private HostLimits(Path proc) {
        this.proc = proc;
    }

    /**
     * What is too low, one sentence each, with what it is, what is needed and what happens.
     *
     * @param proc where procfs is mounted
     */
    public static List<String> tooLow(Path proc, int connectionsMax) {
        HostLimits limits = new HostLimits(proc);
        limits.look(connectionsMax);
        return limits.warnings;
    }

    private void look(long connectionsMax) {
        long files = connectionsMax + FILES_BESIDES;
        openFiles(files);
        atLeast("fs.nr_open", 0, files, "RLIMIT_NOFILE can't be raised above it");
        atLeast("fs.file-max", 0, files, "the machine has no more open files, for all its processes");
        atLeast("net.core.somaxconn", 0, BACKLOG, "connections that come at once are dropped");
        atLeast("net.ipv4.tcp_max_syn_backlog", 0, BACKLOG, "connections that come at once are dropped");
        // Pages of 4 KiB: one for each connection is what it takes to send each something at once.
        atLeast("net.ipv4.tcp_mem", HIGH, connectionsMax, "TCP drops data when its buffers have so many pages");
        // Each connection that a proxy, a firewall or a container network tracks takes an entry.
        atLeast("net.netfilter.nf_conntrack_max", 0, connectionsMax, "connections are dropped when the table is full");
    }

    private void openFiles(long needed) {
        try {
            for (String line : Files.readAllLines(proc.resolve("self/limits"))) {
                if (line.startsWith(OPEN_FILES)) {
                    String soft = line.substring(OPEN_FILES.length()).trim().split("\\s+")[0];
                    if (!soft.equals("unlimited")) {
                        compare(
                                "RLIMIT_NOFILE",
                                Long.parseLong(soft),
                                needed,
                                "connections beyond it can't be accepted");
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Another system, or another form: there is nothing to compare.
        }
    }

    private void atLeast(String name, int index, long needed, String consequence) {
        OptionalLong value = read(name, index);
        if (value.isPresent()) {
            compare(name, value.getAsLong(), needed, consequence);
        }
    }

    private OptionalLong read(String name, int index) {
        byte[] bytes = new byte[VALUE_BYTES_MAX];
        // In one read: the kernel gives a sysctl's value to the first, whatever its size, and nothing to the next.
        try (InputStream in = Files.newInputStream(proc.resolve("sys").resolve(name.replace('.', '/')))) {
            int length = Math.max(0, in.read(bytes));
            String text = new String(bytes, 0, length, StandardCharsets.US_ASCII).trim();
            // file-max may be 2^63 and more.
            String[] words = text.split("\\s+");
            return index < words.length && words[index].length() < 19
                    ? OptionalLong.of(Long.parseLong(words[index]))
                    : OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private void compare(String name, long found, long needed, String consequence) {
        if (found < needed) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "%s: %d (expected: at least %d, for connections-max): %s",
                    name,
                    found,
                    needed,
                    consequence));
        }
    }
}

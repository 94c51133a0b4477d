package io.carillon.bench.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Reads of /proc, see proc(5). */
public final class ProcFiles {
    private static final long PAGE_BYTES = 4096;

    private ProcFiles() {}

    /**
     * The sum over some processes.
     *
     * @throws IOException where one is gone, or this is no Linux
     */
    public static ServerSample sample(Collection<Long> pids) throws IOException {
        long user = 0;
        long system = 0;
        long rss = 0;
        for (long pid : pids) {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // Behind the name, which may hold blanks: field 3 is the first.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            user += Long.parseLong(fields[11]);
            system += Long.parseLong(fields[12]);
            rss += kilobytes("VmRSS:", Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")));
        }
        return new ServerSample(
                System.nanoTime(),
                user,
                system,
                rss,
                socketBytes(Files.readAllLines(Path.of("/proc/net/sockstat"))),
                kilobytes("SUnreclaim:", Files.readAllLines(Path.of("/proc/meminfo"))));
    }

    /** {@code KEY   123 kB}, in bytes. */
    static long kilobytes(String key, List<String> lines) {
        for (String line : lines) {
            if (line.startsWith(key)) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }

    /** {@code TCP: inuse 5 orphan 0 tw 2 alloc 6 mem 3}: the last in pages. */
    static long socketBytes(List<String> sockstat) {
        for (String line : sockstat) {
            int mem = line.indexOf(" mem ");
            if (line.startsWith("TCP:") && mem > 0) {
                return Long.parseLong(line.substring(mem + 5).strip()) * PAGE_BYTES;
            }
        }
        return 0;
    }
}

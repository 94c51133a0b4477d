package io.carillon.bench.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads of /proc, see proc(5). */
public final class ProcFiles {
    private static final long PAGE_BYTES = 4096;

    private ProcFiles() {}

    /** @throws IOException where the process is gone, or this is no Linux */
    public static ServerSample sample(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        // Behind the name, which may hold blanks: field 3 is the first.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new ServerSample(
                System.nanoTime(),
                Long.parseLong(fields[11]),
                Long.parseLong(fields[12]),
                kilobytes("VmRSS:", Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))),
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

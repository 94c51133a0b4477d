package io.carillon.deploy.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * One life of one process: a pid alone may name another process a day later.
 *
 * @param pid the process id
 * @param started an opaque mark of the start, equal only for the same life
 */
public record ProcessIdentity(long pid, String started) {
    /** The process as it runs now; empty when it is gone. */
    public static Optional<ProcessIdentity> of(long pid) {
        return mark(pid).map(started -> new ProcessIdentity(pid, started));
    }

    /** True while this very process runs. One that ended and that nobody has waited for yet does not. */
    public boolean alive() {
        return mark(pid).filter(started::equals).isPresent();
    }

    /** SIGTERM, unless the process is gone. */
    public void terminate() {
        handle().ifPresent(ProcessHandle::destroy);
    }

    /** SIGKILL, unless the process is gone. */
    public void kill() {
        handle().ifPresent(ProcessHandle::destroyForcibly);
    }

    private Optional<ProcessHandle> handle() {
        return alive() ? ProcessHandle.of(pid) : Optional.empty();
    }

    private static Optional<String> mark(long pid) {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        if (Files.exists(Path.of("/proc/self/stat"))) {
            try {
                return linuxMark(Files.readString(stat, StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().startInstant())
                .map(Instant::toString);
    }

    /**
     * The start in clock ticks since boot: it does not move when the wall clock is set. Fields of proc_pid_stat(5); the
     * second is the program's name in parentheses and may contain anything.
     */
    private static Optional<String> linuxMark(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        boolean ended = fields[0].equals("Z") || fields[0].equals("X");
        return ended ? Optional.empty() : Optional.of("ticks:" + fields[19]);
    }
}

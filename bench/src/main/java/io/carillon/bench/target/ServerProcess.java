package io.carillon.bench.target;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server that the bench has started, or one that somebody else runs. */
public interface ServerProcess extends AutoCloseable {
    /** For tables, such as {@code room-zgc}. */
    String name();

    Target target();

    /** Its process id; 0 where it runs elsewhere and can't be looked at, or is more than one process. */
    long pid();

    /** All of its processes on this machine that can be looked at. */
    default List<Long> pids() {
        return pid() == 0 ? List.of() : List.of(pid());
    }

    /** Where a JVM writes its pauses; null: there is none. */
    @Nullable
    Path gcLog();

    /** How it was started, for the conditions. */
    List<String> command();

    /**
     * What it says of itself just now; null where it has no metrics that are known.
     *
     * @throws IOException where it does not answer
     */
    default @Nullable MetricsPage metrics() throws IOException, InterruptedException {
        return null;
    }

    /** Acks that were reported back since the start; -1 where nobody counts them. */
    long acks();

    @Override
    void close();
}

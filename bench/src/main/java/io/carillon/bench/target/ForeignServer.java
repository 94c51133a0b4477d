package io.carillon.bench.target;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server that somebody else runs, such as an MQTT broker or a fleet.
 *
 * @param pids its processes on this machine; none: it can't be looked at
 */
public record ForeignServer(String name, Target target, List<Long> pids) implements ServerProcess {
    public ForeignServer {
        pids = List.copyOf(pids);
    }

    @Override
    public long pid() {
        return pids.size() == 1 ? pids.getFirst() : 0;
    }

    @Override
    public @Nullable Path gcLog() {
        return null;
    }

    @Override
    public List<String> command() {
        return List.of();
    }

    @Override
    public long acks() {
        return -1;
    }

    @Override
    public void close() {}
}

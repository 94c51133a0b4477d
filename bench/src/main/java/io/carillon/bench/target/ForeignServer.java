package io.carillon.bench.target;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server that somebody else runs, such as an MQTT broker.
 *
 * @param pid 0: it can't be looked at
 */
public record ForeignServer(String name, Target target, long pid) implements ServerProcess {
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

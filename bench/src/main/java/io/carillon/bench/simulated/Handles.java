package io.carillon.bench.simulated;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The connection id of each simulated device, 0 where it has none, in a file that both processes map: the room's writes it, the load
 * tool's reads it, as center would ask a register. Eight bytes a device, none of them on a heap. Thread-safe.
 */
final class Handles implements AutoCloseable {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    Handles(Path file, int devices) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            segment = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) devices * Long.BYTES, arena);
        }
    }

    void set(int device, long handle) {
        LONG.setRelease(segment, (long) device * Long.BYTES, handle);
    }

    long get(int device) {
        return (long) LONG.getAcquire(segment, (long) device * Long.BYTES);
    }

    @Override
    public void close() {
        arena.close();
    }
}

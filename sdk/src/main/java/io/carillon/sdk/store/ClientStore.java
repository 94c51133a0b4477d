package io.carillon.sdk.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client keeps over restarts: a few small values (addresses, heartbeat, how far each
 * binding has its app's broadcasts), and for each binding the ids of the
 * messages that its listener has seen. One store belongs to one client. Implementations are thread-safe.
 */
public interface ClientStore {
    /** How many ids of a binding a store has to remember at least. */
    int SEEN_IDS_MIN = 2_000;

    /**
     * The value last saved under {@code key}, null where there is none. A store must not answer null for what it can't
     * read: a client without a value counts as a new installation, and gets no broadcast from before.
     *
     * @throws DamagedValueException if there is one that is not as it was saved
     * @throws IOException if it can't be read now; it is asked for again
     */
    byte @Nullable [] load(String key) throws IOException;

    /** Replaces the value of {@code key}: after a crash there is either the old one or the new one. */
    void save(String key, byte[] value) throws IOException;

    /** The ids of {@code journal}, 16 bytes each, oldest first: at least the last {@link #SEEN_IDS_MIN}. */
    List<byte[]> seen(String journal) throws IOException;

    /** Adds ids, 16 bytes each, in their order. When it returns they survive a crash of the device. */
    void addSeen(String journal, List<byte[]> messageIds) throws IOException;

    /** Whether calls may wait for a disk; the SDK then makes them on its background threads. */
    boolean blocking();

    /** A store that forgets with the process. */
    static ClientStore inMemory() {
        return new MemoryStore();
    }

    /**
     * A store in a folder of its own, made where it is missing.
     *
     * @throws IOException if the folder can't be made
     */
    static ClientStore inFolder(Path folder) throws IOException {
        return new FileStore(folder);
    }
}

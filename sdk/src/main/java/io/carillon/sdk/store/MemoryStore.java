package io.carillon.sdk.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps, for servers, tests and load tools; it can be handed from a closed client to the next, as a restart would. */
final class MemoryStore implements ClientStore {
    /** Guarded by this. */
    private final Map<String, byte[]> values = new HashMap<>();

    /** Guarded by this. */
    private final Map<String, ArrayDeque<byte[]>> journals = new HashMap<>();

    @Override
    public synchronized byte @Nullable [] load(String key) {
        byte[] value = values.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public synchronized void save(String key, byte[] value) {
        values.put(key, value.clone());
    }

    @Override
    public synchronized List<byte[]> seen(String journal) {
        ArrayDeque<byte[]> ids = journals.get(journal);
        return ids == null ? Collections.emptyList() : new ArrayList<>(ids);
    }

    @Override
    public synchronized void addSeen(String journal, List<byte[]> messageIds) {
        ArrayDeque<byte[]> ids = journals.computeIfAbsent(journal, unused -> new ArrayDeque<>());
        for (byte[] id : messageIds) {
            if (ids.size() == SEEN_IDS_MIN) {
                ids.removeFirst();
            }
            ids.addLast(id);
        }
    }

    @Override
    public boolean blocking() {
        return false;
    }
}

package io.carillon.room.broadcast;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The tags of one loop's bindings, each set and each word held once, for as long as a binding has it. Loop-confined. */
final class TagTable {
    private final Map<Tags, WeakReference<Tags>> sets = new WeakHashMap<>();
    private final Map<String, WeakReference<String>> words = new WeakHashMap<>();

    Tags of(List<String> tags) {
        if (tags.isEmpty()) {
            return Tags.NONE;
        }
        Tags wanted = new Tags(tags.stream().distinct().sorted().toArray(String[]::new));
        WeakReference<Tags> held = sets.get(wanted);
        Tags known = held == null ? null : held.get();
        if (known != null) {
            return known;
        }
        Tags added = new Tags(tags.stream().distinct().sorted().map(this::word).toArray(String[]::new));
        sets.put(added, new WeakReference<>(added));
        return added;
    }

    private String word(String tag) {
        WeakReference<String> held = words.get(tag);
        String known = held == null ? null : held.get();
        if (known != null) {
            return known;
        }
        words.put(tag, new WeakReference<>(tag));
        return tag;
    }
}

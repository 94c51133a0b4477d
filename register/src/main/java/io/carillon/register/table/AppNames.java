package io.carillon.register.table;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for app ids, so that an entry holds two bytes. A number is never given back: rooms register only apps that
 * exist, and there are at most {@link SessionTable#ID_MAX}. Thread-safe.
 */
public final class AppNames {
    private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();
    private volatile List<String> names = List.of();

    /** The number of a known app, or -1. */
    public int find(String app) {
        Integer number = numbers.get(app);
        return number == null ? -1 : number;
    }

    /** The number of an app, a new one where it has none; -1 where all are taken. */
    public int intern(String app) {
        int known = find(app);
        return known >= 0 ? known : add(app);
    }

    /** The app of a number that was given. */
    public String name(int number) {
        return names.get(number);
    }

    private synchronized int add(String app) {
        @Nullable Integer known = numbers.get(app);
        if (known != null) {
            return known;
        }
        int number = names.size();
        if (number > SessionTable.ID_MAX) {
            return -1;
        }
        List<String> more = new ArrayList<>(names);
        more.add(app);
        names = List.copyOf(more);
        numbers.put(app, number);
        return number;
    }
}

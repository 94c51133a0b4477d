package io.carillon.system.fleet;

import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.sdk.Message;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What came to which user's listener, and how often. Thread-safe. */
final class BroadcastArrivals implements DeviceEvents {
    private final Set<String> connected = ConcurrentHashMap.newKeySet();
    private final Map<String, Map<String, Integer>> times = new ConcurrentHashMap<>();
    private final Map<String, Queue<Long>> arrivedNs = new ConcurrentHashMap<>();

    @Override
    public void connected(String user, String room) {
        connected.add(user);
    }

    @Override
    public void message(String user, Message message) {
        arrivedNs
                .computeIfAbsent(message.id().toString(), any -> new ConcurrentLinkedQueue<>())
                .add(System.nanoTime());
        of(message.id().toString()).merge(user, 1, Integer::sum);
    }

    /** How often the listener of each user saw it. */
    Map<String, Integer> of(String id) {
        return times.computeIfAbsent(id, any -> new ConcurrentHashMap<>());
    }

    /** When it came first after a moment, by nanoTime; as long after it as can be where it did not. */
    long nextNs(String id, long afterNs) {
        return arrivedNs.getOrDefault(id, new ConcurrentLinkedQueue<>()).stream()
                .filter(ns -> ns - afterNs >= 0)
                .min(Comparator.comparingLong(ns -> ns - afterNs))
                .orElse(afterNs + Long.MAX_VALUE / 2);
    }

    int users(String id) {
        return of(id).size();
    }

    /** True where each of these users had it once, and nobody else had it. */
    boolean exactlyOnce(String id, Collection<String> users) {
        Map<String, Integer> seen = of(id);
        return seen.size() == users.size() && users.stream().allMatch(user -> seen.getOrDefault(user, 0) == 1);
    }

    boolean allConnected(Collection<String> users) {
        return connected.containsAll(users);
    }
}

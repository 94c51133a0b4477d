package io.carillon.system.fleet;

import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.sdk.Message;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What came to which user's listener, and how often. Thread-safe. */
final class BroadcastArrivals implements DeviceEvents {
    private final Set<String> connected = ConcurrentHashMap.newKeySet();
    private final Map<String, Map<String, Integer>> times = new ConcurrentHashMap<>();

    @Override
    public void connected(String user, String room) {
        connected.add(user);
    }

    @Override
    public void message(String user, Message message) {
        of(message.id().toString()).merge(user, 1, Integer::sum);
    }

    /** How often the listener of each user saw it. */
    Map<String, Integer> of(String id) {
        return times.computeIfAbsent(id, any -> new ConcurrentHashMap<>());
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

package io.carillon.system.fleet;

import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.sdk.Message;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Where each user's device is now, whether it was ever without a connection, and what came to its listener. Thread-safe. */
final class MovingDevices implements DeviceEvents {
    private final Map<String, String> rooms = new ConcurrentHashMap<>();
    private final Set<String> away = ConcurrentHashMap.newKeySet();
    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private final Map<String, Map<String, Integer>> times = new ConcurrentHashMap<>();

    @Override
    public void connected(String user, String room) {
        rooms.put(user, room);
        away.remove(user);
    }

    @Override
    public void disconnected(String user, String reason) {
        away.add(user);
        lost.add(user);
    }

    @Override
    public void kicked(String user, String reason, String text) {
        away.add(user);
        lost.add(user);
    }

    @Override
    public void message(String user, Message message) {
        times.computeIfAbsent(message.id().toString(), any -> new ConcurrentHashMap<>())
                .merge(user, 1, Integer::sum);
    }

    boolean allConnected(Collection<String> users) {
        return users.stream().allMatch(user -> rooms.containsKey(user) && !away.contains(user));
    }

    /** Those who were without a connection at some time. */
    Set<String> lost() {
        return Set.copyOf(lost);
    }

    void forgetLosses() {
        lost.clear();
    }

    List<String> at(String room) {
        return rooms.entrySet().stream()
                .filter(entry -> entry.getValue().equals(room))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** How often each user's listener saw a message or broadcast. */
    Map<String, Integer> times(String id) {
        return new TreeMap<>(times.getOrDefault(id, Map.of()));
    }

    boolean onceFor(String id, String user) {
        return times(id).equals(Map.of(user, 1));
    }
}

package io.carillon.deploy.traffic;

import io.carillon.sdk.Message;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What arrived at the listeners, and when devices were connected. Thread-safe; holds everything, so for tests only. */
public final class Deliveries implements DeviceEvents {
    private final Map<String, Arrival> arrivals = new ConcurrentHashMap<>();
    private final Map<String, Long> connectedNs = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> users = new ConcurrentHashMap<>();
    private final Set<String> kicked = ConcurrentHashMap.newKeySet();

    /** @param times how often the listener saw the message */
    public record Arrival(String user, long firstNs, int times) {
        Arrival again() {
            return new Arrival(user, firstNs, times + 1);
        }
    }

    @Override
    public void connected(String user, String room) {
        if (connectedNs.putIfAbsent(user, System.nanoTime()) == null) {
            users.computeIfAbsent(room, any -> new AtomicInteger()).incrementAndGet();
        }
    }

    @Override
    public void kicked(String user, String reason, String text) {
        kicked.add(user);
    }

    @Override
    public void message(String user, Message message) {
        long nowNs = System.nanoTime();
        arrivals.compute(
                message.id().toString(), (id, before) -> before == null ? new Arrival(user, nowNs, 1) : before.again());
    }

    /** How often a message id was seen; of a broadcast, by how many users if by none twice. */
    public int times(String messageId) {
        Arrival arrival = arrivals.get(messageId);
        return arrival == null ? 0 : arrival.times();
    }

    /** When it was first seen, by {@link System#nanoTime}. */
    public OptionalLong firstNs(String messageId) {
        Arrival arrival = arrivals.get(messageId);
        return arrival == null ? OptionalLong.empty() : OptionalLong.of(arrival.firstNs());
    }

    /** When the user's device was first connected, by {@link System#nanoTime}. */
    public OptionalLong connectedNs(String user) {
        Long ns = connectedNs.get(user);
        return ns == null ? OptionalLong.empty() : OptionalLong.of(ns);
    }

    /** True once the user's binding was ended for good. */
    public boolean kicked(String user) {
        return kicked.contains(user);
    }

    /** How many users were connected at least once. */
    public int connected() {
        return connectedNs.size();
    }

    /** How many different messages arrived. */
    public int arrived() {
        return arrivals.size();
    }

    /** Everything that arrived, by message id. */
    public Map<String, Arrival> all() {
        return Map.copyOf(arrivals);
    }

    /** Users by the room that took them first. */
    public Map<String, Integer> rooms() {
        Map<String, Integer> counts = new java.util.TreeMap<>();
        users.forEach((room, count) -> counts.put(room, count.get()));
        return counts;
    }
}

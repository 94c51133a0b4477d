package io.carillon.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.carillon.deploy.traffic.WebhookInbox;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Who is online, as the devices have it and as the business was told: of what it was told the highest version counts.
 * Thread-safe.
 */
final class PresenceTold {
    private static final String TYPE = "presence.changed";

    private final String prefix;
    /** Connections of each device. */
    private final AtomicIntegerArray connections;
    /** By device; guarded by this. */
    private final long[] versions;
    /** By device; guarded by this. */
    private final boolean[] online;

    private final LongAdder events = new LongAdder();

    /** @param prefix of the users' names, with the number of the device behind it */
    PresenceTold(String prefix, int devices) {
        this.prefix = prefix;
        connections = new AtomicIntegerArray(devices);
        versions = new long[devices];
        online = new boolean[devices];
    }

    void connected(int device) {
        connections.incrementAndGet(device);
    }

    void lost(int device) {
        connections.decrementAndGet(device);
    }

    /** What came by webhook. */
    void onDelivery(WebhookInbox.Delivery delivery) {
        delivery.events().stream().filter(event -> event.type().equals(TYPE)).forEach(event -> onEvent(event.data()));
    }

    private void onEvent(JsonNode data) {
        String user = data.path("user").asText();
        if (!user.startsWith(prefix)) {
            return;
        }
        int device = Integer.parseInt(user.substring(prefix.length()));
        long version = data.path("version").asLong();
        events.increment();
        synchronized (this) {
            if (version > versions[device]) {
                versions[device] = version;
                online[device] = data.path("state").asText().equals("online");
            }
        }
    }

    /** Devices of which the business has another state than the devices. */
    synchronized int wrong() {
        int wrong = 0;
        for (int device = 0; device < online.length; device++) {
            wrong += online[device] == connections.get(device) > 0 ? 0 : 1;
        }
        return wrong;
    }

    /** Devices that are connected. */
    int online() {
        int count = 0;
        for (int device = 0; device < connections.length(); device++) {
            count += connections.get(device) > 0 ? 1 : 0;
        }
        return count;
    }

    /** That came so far, repetitions included. */
    long events() {
        return events.sum();
    }
}

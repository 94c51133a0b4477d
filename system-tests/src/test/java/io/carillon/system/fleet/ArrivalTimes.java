package io.carillon.system.fleet;

import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.sdk.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** When something came to a listener. Thread-safe. */
final class ArrivalTimes implements DeviceEvents {
    static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(10);

    final Set<String> connected = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Long> arrivals = new ConcurrentLinkedQueue<>();
    final AtomicInteger messages = new AtomicInteger();
    final AtomicInteger broadcasts = new AtomicInteger();
    volatile boolean recording;

    @Override
    public void connected(String user, String room) {
        connected.add(user);
    }

    @Override
    public void message(String user, Message message) {
        if (recording) {
            arrivals.add(System.nanoTime());
        }
        (message.isBroadcast() ? broadcasts : messages).incrementAndGet();
    }

    int mostInAWindow() {
        List<Long> sorted = sorted();
        int most = 0;
        int from = 0;
        for (int i = 0; i < sorted.size(); i++) {
            while (sorted.get(i) - sorted.get(from) >= WINDOW_NS) {
                from++;
            }
            most = Math.max(most, i - from + 1);
        }
        return most;
    }

    /** Of the windows that begin with an arrival and end before the last one; {@code Integer.MAX_VALUE} without any. */
    int fewestInAWindow() {
        List<Long> sorted = sorted();
        int fewest = Integer.MAX_VALUE;
        int to = 0;
        for (int from = 0; from < sorted.size(); from++) {
            while (to < sorted.size() && sorted.get(to) - sorted.get(from) < WINDOW_NS) {
                to++;
            }
            if (to < sorted.size()) {
                fewest = Math.min(fewest, to - from);
            }
        }
        return fewest;
    }

    private List<Long> sorted() {
        List<Long> sorted = new ArrayList<>(arrivals);
        Collections.sort(sorted);
        return sorted;
    }
}

package io.carillon.bench.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts what came of broadcasts to a worker's devices: each once at each. Thread-safe. */
public final class BroadcastCheck {
    /** Told when the last device that is to get a broadcast has it. */
    @FunctionalInterface
    public interface Listener {
        void onComplete(long number, long firstNs, long lastNs);
    }

    private static final class One {
        private final AtomicLongArray bits;
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicLong firstNs = new AtomicLong(Long.MAX_VALUE);

        One(int devices) {
            bits = new AtomicLongArray((devices + 63) / 64);
        }

        boolean add(int device) {
            long bit = 1L << (device & 63);
            return (bits.getAndUpdate(device >>> 6, before -> before | bit) & bit) == 0;
        }
    }

    private final int devices;
    private final int expected;
    private final Listener listener;
    private final Map<Long, One> open = new ConcurrentHashMap<>();
    private final SeenNumbers complete = new SeenNumbers();
    private final LongAdder arrived = new LongAdder();
    private final LongAdder doubled = new LongAdder();

    /**
     * @param devices of the worker, numbered from 0
     * @param expected devices that are to get each: the first so many; the others may
     */
    public BroadcastCheck(int devices, int expected, Listener listener) {
        this.devices = devices;
        this.expected = expected;
        this.listener = listener;
    }

    /** @return true where the device gets it for the first time */
    public boolean onArrived(long number, int device, long nowNs) {
        One one = open.computeIfAbsent(number, any -> new One(devices));
        if (!one.add(device)) {
            doubled.increment();
            return false;
        }
        if (device >= expected) {
            return true;
        }
        arrived.increment();
        int count = one.count.incrementAndGet();
        if (count == 1) {
            one.firstNs.set(nowNs);
        }
        if (count == expected && complete.add(number)) {
            listener.onComplete(number, one.firstNs.get(), nowNs);
        }
        return true;
    }

    public long arrived() {
        return arrived.sum();
    }

    /** @param broadcasts that were sent to all devices */
    public ObjectNode toJson(long broadcasts) {
        long due = broadcasts * expected;
        return JsonNodeFactory.instance
                .objectNode()
                .put("broadcasts", broadcasts)
                .put("due", due)
                .put("arrived", arrived.sum())
                .put("lost", Math.max(0, due - arrived.sum()))
                .put("doubled", doubled.sum());
    }
}

package io.carillon.bench.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of messages to one device each. Thread-safe. */
public final class UnicastCheck {
    private final SeenNumbers seen = new SeenNumbers();
    private final AtomicLong next = new AtomicLong();
    private final LongAdder refused = new LongAdder();
    private final LongAdder arrived = new LongAdder();
    private final LongAdder doubled = new LongAdder();
    private final LongAdder misdirected = new LongAdder();

    /** The first of the numbers that are sent from now on. */
    public long next() {
        return next.get();
    }

    /** Takes as many numbers as a message has devices. */
    public long take(int count) {
        return next.getAndAdd(count);
    }

    /** The server did not take it: it must not arrive, and is not lost. */
    public void onRefused() {
        refused.increment();
    }

    /**
     * @param meant the device of the message
     * @param at the device that got it
     * @return true where it is the right one, for the first time
     */
    public boolean onArrived(long number, int meant, int at) {
        if (meant != at || number < 0 || number >= next.get()) {
            misdirected.increment();
            return false;
        }
        if (!seen.add(number)) {
            doubled.increment();
            return false;
        }
        arrived.increment();
        return true;
    }

    public long arrived() {
        return arrived.sum();
    }

    /** Sent, not refused, and not here yet. */
    public long underWay() {
        return Math.max(0, next.get() - refused.sum() - arrived.sum());
    }

    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("sent", next.get())
                .put("refused", refused.sum())
                .put("arrived", arrived.sum())
                .put("lost", underWay())
                .put("doubled", doubled.sum())
                .put("misdirected", misdirected.sum());
    }
}

package io.carillon.rpc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What may be in flight on one connection, as seen from one end: calls, bytes of request bodies, and calls of each method.
 * Beyond a bound the answer is no, at once. Thread-safe.
 */
final class Admission {
    /** The calls in flight of one method. */
    static final class Gate {
        private final int methodId;
        private final AtomicInteger calls = new AtomicInteger();

        private Gate(int methodId) {
            this.methodId = methodId;
        }
    }

    private final int callsMax;
    private final long bytesMax;
    private final int callsPerMethodMax;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    /** Open-addressed by method id, at most half full, replaced when a method is added. */
    private volatile @Nullable Gate[] gates;

    Admission(RpcConfig config) {
        gates = new @Nullable Gate[32];
        callsMax = config.callsInFlightMax();
        bytesMax = config.bytesInFlightMax();
        callsPerMethodMax = config.callsPerMethodMax();
    }

    int calls() {
        return calls.get();
    }

    /** False: beyond a bound, and nothing was taken. True: {@link #leave} must follow once. */
    boolean tryEnter(Gate gate, int bodyBytes) {
        if (calls.incrementAndGet() > callsMax) {
            calls.decrementAndGet();
            return false;
        }
        if (gate.calls.incrementAndGet() > callsPerMethodMax) {
            gate.calls.decrementAndGet();
            calls.decrementAndGet();
            return false;
        }
        if (bytes.addAndGet(bodyBytes) > bytesMax) {
            leave(gate, bodyBytes);
            return false;
        }
        return true;
    }

    void leave(Gate gate, int bodyBytes) {
        bytes.addAndGet(-bodyBytes);
        gate.calls.decrementAndGet();
        calls.decrementAndGet();
    }

    /** The gate of a method; the methods must be a fixed set. */
    Gate gate(int methodId) {
        Gate gate = find(gates, methodId);
        return gate != null ? gate : addGate(methodId);
    }

    private synchronized Gate addGate(int methodId) {
        @Nullable Gate[] now = gates;
        Gate found = find(now, methodId);
        if (found != null) {
            return found;
        }
        int count = 0;
        for (Gate gate : now) {
            count += gate == null ? 0 : 1;
        }
        @Nullable Gate[] next = new @Nullable Gate[(count + 1) * 2 > now.length ? now.length * 2 : now.length];
        for (Gate gate : now) {
            if (gate != null) {
                place(next, gate);
            }
        }
        Gate added = new Gate(methodId);
        place(next, added);
        gates = next;
        return added;
    }

    private static @Nullable Gate find(@Nullable Gate[] table, int methodId) {
        int mask = table.length - 1;
        for (int i = methodId & mask; ; i = (i + 1) & mask) {
            Gate gate = table[i];
            if (gate == null || gate.methodId == methodId) {
                return gate;
            }
        }
    }

    private static void place(@Nullable Gate[] table, Gate gate) {
        int mask = table.length - 1;
        int i = gate.methodId & mask;
        while (table[i] != null) {
            i = (i + 1) & mask;
        }
        table[i] = gate;
    }
}

package io.carillon.room.flicker;

import io.carillon.room.loop.Loop;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lost connections whose state is kept, by connection id. A connection's state is put here by the loop that lost it,
 * and taken by whichever loop its client comes back to; meanwhile, and for as long after, what others still address to
 * the old id is noted or pointed on. Bounded in time and number. Thread-safe, never blocks.
 */
public final class Flickers {
    private static final long SWEEP_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final FlickerLimits limits;
    private final Consumer<KeptBinding> onOver;
    private final Consumer<FlickerOutcome> counter;
    private final ConcurrentHashMap<Long, KeptConnection> kept = new ConcurrentHashMap<>();
    /** In the order of their ends, but for the small differences of loops' clocks. */
    private final ConcurrentLinkedQueue<KeptConnection> queue = new ConcurrentLinkedQueue<>();

    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean stopped;

    /** What became of something that was addressed to a connection that is not there. */
    public sealed interface Found {
        /** Nothing is known of it. */
        record Nowhere() implements Found {}

        /** It waits for its client, and remembers. */
        record Waits() implements Found {}

        /** Another connection has its bindings. */
        record Heir(long connectionId) implements Found {}
    }

    private static final Found NOWHERE = new Found.Nowhere();
    private static final Found WAITS = new Found.Waits();

    /**
     * @param onOver told of a binding whose client did not come back
     * @param counter told what happens
     */
    public Flickers(FlickerLimits limits, Consumer<KeptBinding> onOver, Consumer<FlickerOutcome> counter) {
        this.limits = limits;
        this.onOver = onOver;
        this.counter = counter;
    }

    /** Begins to look at times, on {@code loop}. */
    public void start(Loop loop) {
        loop.after(SWEEP_NS, () -> sweep(loop));
    }

    /** Keeps nothing any more; what is kept is over. */
    public void stop() {
        stopped = true;
        for (KeptConnection next = queue.poll(); next != null; next = queue.poll()) {
            end(next);
        }
    }

    /** How many are kept. */
    public int size() {
        return count.get();
    }

    /** Keeps the state of a lost connection; false where that can't be, and the connection is just over. */
    public boolean keep(long id, String deviceId, long nowNs, List<KeptBinding> bindings) {
        if (stopped || limits.keepTime().isZero()) {
            return false;
        }
        if (count.incrementAndGet() > limits.keptMax()) {
            count.decrementAndGet();
            counter.accept(FlickerOutcome.NOT_KEPT);
            return false;
        }
        KeptConnection connection =
                new KeptConnection(id, deviceId, nowNs + limits.keepTime().toNanos(), bindings);
        kept.put(id, connection);
        queue.add(connection);
        counter.accept(FlickerOutcome.KEPT);
        return true;
    }

    /** The state of the connection {@code id} for a new one of the same device, once; null where it is not to be had. */
    public @Nullable KeptConnection claim(long id, String deviceId, long newConnection) {
        KeptConnection connection = kept.get(id);
        boolean had = connection != null && connection.claim(deviceId, newConnection);
        counter.accept(had ? FlickerOutcome.RESUMED : FlickerOutcome.MISSED);
        return had ? connection : null;
    }

    /** Whether the state of this connection was kept, taken since or not. */
    public boolean has(long id) {
        return kept.containsKey(id);
    }

    /** A client named a connection that it could not prove to have had. */
    public void refused() {
        counter.accept(FlickerOutcome.REFUSED);
    }

    /**
     * There is something for a user of a connection that is not there.
     *
     * @param mayLoad the session is registered now
     */
    public Found note(long id, String app, String user, boolean mayLoad) {
        KeptConnection connection = kept.get(id);
        if (connection == null) {
            return NOWHERE;
        }
        if (connection.note(app, user, mayLoad)) {
            return WAITS;
        }
        long heir = connection.heir();
        return heir == 0 ? NOWHERE : new Found.Heir(heir);
    }

    /** Who has the bindings of a connection that is not there; 0: nobody. */
    public long heir(long id) {
        KeptConnection connection = kept.get(id);
        return connection == null ? 0 : connection.heir();
    }

    /** Ends a binding that waits for its client; null where it does not. */
    public @Nullable KeptBinding end(long id, String app, String user) {
        KeptConnection connection = kept.get(id);
        return connection == null ? null : connection.end(app, user);
    }

    private void sweep(Loop loop) {
        long nowNs = loop.nowNs();
        for (KeptConnection next = queue.peek(); next != null && next.untilNs() - nowNs <= 0; next = queue.peek()) {
            if (queue.remove(next)) {
                end(next);
            }
        }
        if (!stopped) {
            loop.after(SWEEP_NS, () -> sweep(loop));
        }
    }

    private void end(KeptConnection connection) {
        kept.remove(connection.id());
        count.decrementAndGet();
        List<KeptBinding> over = connection.expire();
        if (!over.isEmpty()) {
            counter.accept(FlickerOutcome.EXPIRED);
        }
        over.forEach(onOver);
    }
}

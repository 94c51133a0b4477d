package io.carillon.bench.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Sends in small bursts, either at a rate whatever becomes of it (open loop: each send has a due time), or as fast as a
 * bounded number in flight allows.
 */
public final class Pacer {
    private static final int BURST_MAX = 200;
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);

    /** Where the sends go. */
    public interface Line {
        /** @param dueNs by {@link System#nanoTime} */
        void send(long number, long dueNs);

        /** A burst is over. */
        void flush();
    }

    private final BooleanSupplier stopped;

    public Pacer(BooleanSupplier stopped) {
        this.stopped = stopped;
    }

    /**
     * @param first number of the first send
     * @return how many there were
     */
    public long atRate(double perSecond, double seconds, long first, Line line) {
        long sends = Math.round(perSecond * seconds);
        double spacingNs = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long startNs = System.nanoTime();
        long sent = 0;
        while (sent < sends && !stopped.getAsBoolean()) {
            long due = Math.min(sends, (long) ((System.nanoTime() - startNs) / spacingNs) + 1);
            int burst = 0;
            while (sent < due && burst < BURST_MAX) {
                line.send(first + sent, startNs + (long) (sent * spacingNs));
                sent++;
                burst++;
            }
            if (burst > 0) {
                line.flush();
            }
            if (sent < sends && sent >= due) {
                long nextNs = startNs + (long) (sent * spacingNs) - System.nanoTime();
                LockSupport.parkNanos(Math.max(nextNs, Math.min(PAUSE_NS, (long) spacingNs)));
            }
        }
        return sent;
    }

    /** @param room how many more may be in flight now */
    public long inFlight(double seconds, long first, IntSupplier room, Line line) {
        long endNs = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        long sent = 0;
        while (!stopped.getAsBoolean()) {
            long nowNs = System.nanoTime();
            if (nowNs >= endNs) {
                break;
            }
            int burst = Math.min(BURST_MAX, room.getAsInt());
            if (burst <= 0) {
                LockSupport.parkNanos(PAUSE_NS);
                continue;
            }
            for (int i = 0; i < burst; i++) {
                line.send(first + sent, nowNs);
                sent++;
            }
            line.flush();
        }
        return sent;
    }
}

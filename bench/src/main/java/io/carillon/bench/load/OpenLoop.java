package io.carillon.bench.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls at a steady rate, whatever becomes of the calls. Each call is told when it was due: a latency taken from there
 * includes the time by which a stall held up the calls behind it (no coordinated omission).
 */
public final class OpenLoop {
    private final double perSecond;

    public OpenLoop(double perSecond) {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("rate: " + perSecond + " (expected: > 0)");
        }
        this.perSecond = perSecond;
    }

    /** One call; must not block. */
    public interface Call {
        /** @param dueNs by {@link System#nanoTime} */
        void run(int number, long dueNs);
    }

    /**
     * Runs for {@code seconds} on the calling thread.
     *
     * @param first the number of the first call
     * @return how many calls there were
     */
    public int run(double seconds, int first, Call call) throws InterruptedException {
        int calls = (int) Math.round(seconds * perSecond);
        long startNs = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            long dueNs = startNs + (long) (i * TimeUnit.SECONDS.toNanos(1) / perSecond);
            for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
                LockSupport.parkNanos(left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            call.run(first + i, dueNs);
        }
        return calls;
    }
}

package io.carillon.register.session;

/**
 * The register's own clock. Both run by the monotonic clock, so that a step of the wall clock reorders no logins.
 * Thread-safe.
 */
public interface RegisterClock {
    /** Microseconds since 1970: the wall clock at the start, and what passed since. */
    long micros();

    /** Nanoseconds from an arbitrary point. */
    long nanos();

    static RegisterClock system() {
        long startMicros = Math.multiplyExact(System.currentTimeMillis(), 1000L);
        long startNanos = System.nanoTime();
        return new RegisterClock() {
            @Override
            public long micros() {
                return startMicros + (System.nanoTime() - startNanos) / 1000;
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }
        };
    }
}

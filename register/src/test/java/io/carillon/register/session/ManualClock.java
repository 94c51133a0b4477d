package io.carillon.register.session;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until it is moved. */
public final class ManualClock implements RegisterClock {
    private final AtomicLong nanos = new AtomicLong(1_000_000_000L);

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long micros() {
        return 1_700_000_000_000_000L + nanos.get() / 1000;
    }

    @Override
    public long nanos() {
        return nanos.get();
    }
}

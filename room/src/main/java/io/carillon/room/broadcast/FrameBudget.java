package io.carillon.room.broadcast;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of encoded frames the room may share at a time. Thread-safe. */
final class FrameBudget {
    private final long bytesMax;
    private final AtomicLong used = new AtomicLong();

    FrameBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    boolean take(int bytes) {
        if (used.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    void giveBack(int bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}

package io.carillon.register.notice;

/** Runs short work later. */
@FunctionalInterface
public interface Delay {
    void run(long delayMs, Runnable task);
}

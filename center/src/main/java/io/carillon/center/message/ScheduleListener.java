package io.carillon.center.message;

/** Counts what becomes of messages that were put off. Any thread. */
@FunctionalInterface
public interface ScheduleListener {
    void onDue(ScheduledFate fate, int messages);
}

package io.carillon.room.admission;

/** What is refused, counted. Thread-safe, cheap. */
public interface AdmissionCounters {
    void refused(RefusalReason reason);
}

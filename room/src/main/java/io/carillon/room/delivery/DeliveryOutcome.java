package io.carillon.room.delivery;

/** What became of a delivery that another process brought. */
public enum DeliveryOutcome {
    /** Handed to the socket, now or before. */
    WRITTEN,
    /** Taken as a hint: it comes with a load. */
    LATER,
    /** No such connection or binding. */
    NO_SESSION,
    /** QoS 0 only: the reader is slow, or paused. */
    DROPPED
}

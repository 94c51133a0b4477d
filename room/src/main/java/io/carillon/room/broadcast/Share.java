package io.carillon.room.broadcast;

/** The part of a run that one loop walks: its rate is the desk's to set, the rest is the loop's. Thread-safe. */
final class Share {
    /** Deliveries a second; 0: no limit. Negative: none, until the desk has shared the rate out. */
    volatile double perSecond = -1;
    /** Bindings that the walk has before it. */
    volatile long left = 1;
    /** The walk is over, though logins may still be served. */
    volatile boolean done;
}

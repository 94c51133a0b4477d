package io.carillon.room.broadcast;

/** The part of a run that one loop walks: its rate is the desk's to set, the rest is the loop's. Thread-safe. */
final class Share {
    /** Deliveries a second; 0 until the desk has shared the rate out. */
    volatile double perSecond;
    /** Bindings that the walk has before it. */
    volatile long left = 1;
    /** The walk is over, though logins may still be served. */
    volatile boolean done;

    /** Of what nobody ordered. */
    static Share unlimited() {
        Share share = new Share();
        share.perSecond = TokenBucket.UNLIMITED;
        return share;
    }
}

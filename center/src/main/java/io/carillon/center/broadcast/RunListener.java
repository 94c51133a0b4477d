package io.carillon.center.broadcast;

/** Counts what goes wrong while broadcasts run. Any thread. */
public interface RunListener {
    /** A tick ended without an answer. */
    void onTickFailed();

    /** A call with orders to a room ended without an answer. */
    void onOrderFailed();
}

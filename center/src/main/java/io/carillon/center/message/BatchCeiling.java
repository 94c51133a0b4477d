package io.carillon.center.message;

/** Bounds the deliveries that an app's messages to several users make. Thread-safe. */
@FunctionalInterface
public interface BatchCeiling {
    /** Takes {@code deliveries}; 0, or the seconds after which another try may pass. */
    long take(String app, int deliveries);
}

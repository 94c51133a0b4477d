package io.carillon.register.session;

/** Told of sessions that a newer login ended. Called under a bucket's monitor: it hands over, and does not block. */
@FunctionalInterface
public interface ReplacedListener {
    /** @param moved the same device came again: to be closed silently */
    void onReplaced(RoomLife room, String app, String user, long connectionId, String newcomerDevice, boolean moved);
}

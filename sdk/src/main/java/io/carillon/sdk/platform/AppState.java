package io.carillon.sdk.platform;

/** How much the person at the device does with the app; heartbeat and back-off follow it. */
public enum AppState {
    /** On the screen. */
    FRONT,
    /** Not on the screen, but used a short while ago or playing. */
    ACTIVE_BEHIND,
    /** Nobody looks. */
    IDLE
}

package io.carillon.sdk;

import org.jspecify.annotations.Nullable;

/** Told what becomes of the connection and its bindings; one call at a time, in order, on the callback executor. */
public interface ConnectionListener {
    /** Logged in. */
    default void onConnected(ConnectionInfo connection) {}

    /** The connection is gone. The client sees to the next one by itself, unless it was closed or nothing is bound. */
    default void onDisconnected(String reason) {}

    /** The room takes this binding: messages come. Called again after every reconnect. */
    default void onBound(Binding binding) {}

    /**
     * The room ended or refused a binding, which stays so until {@link Binding#resume}.
     *
     * @param newcomerDevice the device that took over, with {@link EndReason#REPLACED}
     */
    default void onKicked(Binding binding, EndReason reason, String text, @Nullable String newcomerDevice) {}

    /**
     * Connections die on this network however often the client beats; for a day it beats faster there.
     *
     * @param networkKey kind and identity, as {@link io.carillon.sdk.platform.NetworkState#key} says
     */
    default void onBadNetwork(String networkKey) {}

    /** The room did not take the token; the {@link TokenSource} is asked for another. */
    default void onTokenRefused(Binding binding, String text) {}
}

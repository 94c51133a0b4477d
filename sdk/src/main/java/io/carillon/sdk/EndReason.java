package io.carillon.sdk;

/** Why a room ended or refused a binding. */
public enum EndReason {
    /** Another device logged in as this user. */
    REPLACED,
    /** The business ended the session. */
    KICKED,
    /** The user may not log in for some time. */
    BANNED,
    /** The app does not exist or is disabled. */
    APP_UNKNOWN,
    /** The token is for another app or user than the binding says. */
    WRONG_TOKEN,
    /** Another rule of the room; the text says which. */
    REFUSED
}

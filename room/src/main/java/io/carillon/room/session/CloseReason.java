package io.carillon.room.session;

import java.util.Locale;

/** Why a connection ended, other than by an ERROR of the client protocol. For metrics and logs. */
public enum CloseReason {
    /** The client hung up, with or without a word. */
    CLIENT,
    /** The client said DISCONNECT. */
    DISCONNECTED,
    /** The same device connected anew. */
    MOVED,
    /** It was asked to connect elsewhere and had not gone in time. */
    SENT_AWAY,
    /** The room is stopping. */
    STOPPED,
    /** Answered BUSY. */
    REFUSED;

    /** For metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

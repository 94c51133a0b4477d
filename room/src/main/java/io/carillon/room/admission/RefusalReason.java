package io.carillon.room.admission;

import java.util.Locale;

/** Why a connection or a login was refused. For metrics, and for the words of BUSY. */
public enum RefusalReason {
    /** The listener's lists don't let the address in. */
    DENIED("this address is not let in"),
    FULL("the room is full"),
    ADDRESS("too many connections from this address"),
    PREFIX("too many connections from this network"),
    UNAUTHENTICATED("too many connections that are not logged in"),
    UNAUTHENTICATED_OF_ADDRESS("too many connections of this address that are not logged in"),
    /** Its handshake took too long while others waited; closed without a word. */
    HANDSHAKE("the handshake took too long"),
    /** The HTTP request that should have become a WebSocket is not one; answered with a 4xx. */
    UPGRADE("not a WebSocket upgrade"),
    DEVICE("this device logs in too often"),
    MEMORY("the room is short of memory"),
    BACKLOG("too many logins wait for a register"),
    LOGIN_RATE("too many logins");

    private final String text;

    RefusalReason(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** For metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

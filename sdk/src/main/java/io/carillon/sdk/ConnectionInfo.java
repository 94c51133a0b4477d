package io.carillon.sdk;

import java.time.Duration;

/** A connection that is logged in. Immutable. */
public final class ConnectionInfo {
    private final String room;
    private final String address;
    private final long connectionId;
    private final boolean resumed;
    private final Duration login;

    ConnectionInfo(String room, String address, long connectionId, boolean resumed, Duration login) {
        this.room = room;
        this.address = address;
        this.connectionId = connectionId;
        this.resumed = resumed;
        this.login = login;
    }

    /** The room's name, such as "room-1". */
    public String room() {
        return room;
    }

    /** The address that was taken, such as "tls://203.0.113.7:443". */
    public String address() {
        return address;
    }

    /** The room's number for it, which logs and support know. */
    public long connectionId() {
        return connectionId;
    }

    /** Whether the room still had the state of the connection before. */
    public boolean resumed() {
        return resumed;
    }

    /** From the first byte sent to the room's CONNECTED. */
    public Duration login() {
        return login;
    }

    @Override
    public String toString() {
        return "ConnectionInfo[room=" + room + ", address=" + address + ", connection=" + Long.toHexString(connectionId)
                + ", resumed=" + resumed + "]";
    }
}

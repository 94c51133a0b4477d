package io.carillon.sdk.link;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A room's address with one of the IP addresses of its host. Immutable. */
public final class Endpoint {
    private final RoomAddress room;
    private final InetAddress ip;

    public Endpoint(RoomAddress room, InetAddress ip) {
        this.room = room;
        this.ip = ip;
    }

    public RoomAddress room() {
        return room;
    }

    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(ip, room.port());
    }

    /** The machine, as far as a client can tell machines apart. */
    public InetAddress ip() {
        return ip;
    }

    public boolean ipv6() {
        return ip instanceof Inet6Address;
    }

    @Override
    public String toString() {
        return room + " (" + ip.getHostAddress() + ")";
    }
}

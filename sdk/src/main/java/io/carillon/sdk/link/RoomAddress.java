package io.carillon.sdk.link;

import java.net.URI;
import java.net.URISyntaxException;

/** Where a room listens: host, port, TLS or not. Immutable. */
public final class RoomAddress {
    private final String host;
    private final int port;
    private final boolean tls;

    private RoomAddress(String host, int port, boolean tls) {
        this.host = host;
        this.port = port;
        this.tls = tls;
    }

    /**
     * Checks and makes one.
     *
     * @param host a name or an address, IPv6 without brackets
     * @throws IllegalArgumentException where a part is out of range
     */
    public static RoomAddress of(String host, int port, boolean tls) {
        if (host.isEmpty() || host.length() > 255) {
            throw new IllegalArgumentException("host: " + host.length() + " characters (expected: 1 to 255)");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
        }
        return new RoomAddress(host, port, tls);
    }

    /** Reads {@code tcp://host:port} or {@code tls://host:port}, an IPv6 host in brackets. */
    public static RoomAddress parse(String address) {
        URI uri;
        try {
            uri = new URI(address);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("room address: " + address + " (expected: tcp://host:port)", e);
        }
        String scheme = uri.getScheme();
        String host = uri.getHost();
        if (host == null || !("tcp".equals(scheme) || "tls".equals(scheme))) {
            throw new IllegalArgumentException("room address: " + address + " (expected: tcp://host:port or tls://)");
        }
        boolean bracketed = host.startsWith("[");
        return of(bracketed ? host.substring(1, host.length() - 1) : host, uri.getPort(), "tls".equals(scheme));
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public boolean tls() {
        return tls;
    }

    /** As the dispatcher's {@code tried} takes it. */
    public String hostAndPort() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RoomAddress
                && ((RoomAddress) other).port == port
                && ((RoomAddress) other).tls == tls
                && ((RoomAddress) other).host.equals(host);
    }

    @Override
    public int hashCode() {
        return (host.hashCode() * 31 + port) * 2 + (tls ? 1 : 0);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (tls ? "tls://" : "tcp://") + hostAndPort();
    }
}

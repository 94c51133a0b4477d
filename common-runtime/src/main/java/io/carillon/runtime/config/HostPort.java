package io.carillon.runtime.config;

import java.net.InetSocketAddress;

/** An address, written {@code host:port} or {@code [v6]:port}; port 0 lets the system choose where it is bound. */
public record HostPort(String host, int port) {
    /** @throws IllegalArgumentException where the text is of another form */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        int port = -1;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            // Told below together with what else can be wrong.
        }
        if (host.isEmpty() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException(text + " (expected: host:port)");
        }
        return new HostPort(host, port);
    }

    /** Resolves the name, which may ask the system's resolver. */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

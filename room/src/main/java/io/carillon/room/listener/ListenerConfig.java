package io.carillon.room.listener;

import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.net.Networks;
import java.util.List;

/** One address that clients connect to. */
public record ListenerConfig(
        @Doc("tcp, tls, ws or wss") @Default("tcp") String transport,

        @Doc("where to listen; port 0: the system chooses") @Default("0.0.0.0:7101")
        HostPort bind,

        @Doc("host that clients are told; empty: the bind address's, or this machine's name where that is a wildcard")
        @Default("")
        String advertisedHost,

        @Doc("port that clients are told; 0: the one listened on") @Default("0")
        int advertisedPort,

        @Doc("tls, wss: file with the certificate chain, PEM") @Default("")
        String certificate,

        @Doc("tls, wss: file with the private key, PKCS#8 PEM, not encrypted") @Default("")
        String privateKey,

        @Doc("tls, wss: allow TLS 1.2 beside 1.3, for old Androids") @Default("false")
        boolean tls12,

        @Doc("tls, wss: openssl (BoringSSL), jdk, or auto: openssl where it runs on the machine, else jdk")
        @Default("auto")
        String tlsEngine,

        @Doc(
                "addresses or networks (10.0.0.0/8) of load balancers that begin each connection with a PROXY protocol header; "
                        + "others must not send one")
        List<String> proxiesTrusted,

        @Doc("networks that connections are taken from; none: from everywhere")
        List<String> allow,

        @Doc("networks that no connection is taken from, whatever allow says")
        List<String> deny,

        @Doc(
                "file with more of both, a line each: allow NETWORK or deny NETWORK; read again within seconds of a change")
        @Default("")
        String accessFile,

        @Doc("ws, wss: origins (https://app.example) of the pages that may connect; none: any. Clients that are no "
                + "browsers send none and are taken")
        List<String> origins,

        @Doc("ws, wss: longest WebSocket message; a longer one closes the connection") @Default("128KiB")
        ByteSize messageBytesMax) {
    static final String TCP = "tcp";
    static final String TLS = "tls";
    static final String WS = "ws";
    static final String WSS = "wss";

    private static final int MESSAGE_BYTES_MIN = 8 << 10;
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    public ListenerConfig {
        proxiesTrusted = List.copyOf(proxiesTrusted);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        origins = List.copyOf(origins);
        Check.that(List.of(TCP, TLS, WS, WSS).contains(transport), "transport", transport, "tcp, tls, ws or wss");
        Check.range("advertised-port", advertisedPort, 0, 65_535);
        Check.that(
                List.of(ListenerTls.AUTO, ListenerTls.OPENSSL, ListenerTls.JDK).contains(tlsEngine),
                "tls-engine",
                tlsEngine,
                "auto, openssl or jdk");
        if (transport.equals(TLS) || transport.equals(WSS)) {
            Check.that(!certificate.isEmpty(), "certificate", "none", "a PEM file, since transport is " + transport);
            Check.that(!privateKey.isEmpty(), "private-key", "none", "a PEM file, since transport is " + transport);
        }
        Networks.parse("proxies-trusted", proxiesTrusted);
        Networks.parse("allow", allow);
        Networks.parse("deny", deny);
        Check.range("message-bytes-max", messageBytesMax, MESSAGE_BYTES_MIN, MESSAGE_BYTES_MAX);
    }

    boolean isTls() {
        return transport.equals(TLS) || transport.equals(WSS);
    }

    boolean isWebSocket() {
        return transport.equals(WS) || transport.equals(WSS);
    }
}

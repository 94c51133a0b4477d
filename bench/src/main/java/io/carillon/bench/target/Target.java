package io.carillon.bench.target;

import io.carillon.bench.wire.TlsKind;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.HostPort;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/** A server as devices and injectors reach it. */
public record Target(
        @Doc("which protocol it speaks") @Default("fleet") Kind kind,

        @Doc("host:port of each listener for devices; they are spread evenly")
        List<String> listeners,

        @Doc("rooms: host:port of each TLS listener; none: there is no TLS")
        List<String> tlsListeners,

        @Doc("rooms with TLS: file with the certificate that devices trust, PEM") @Default("")
        String trust,

        @Doc("bare rooms: host:port of the RPC that takes messages") @Default("")
        String rpc,

        @Doc("bare rooms: the secret of the RPC") @Default("")
        String rpcSecret,

        @Doc("fleets: base URLs of the HTTP API of centers") List<String> center,

        @Doc("fleets: the key for center's HTTP API") @Default("")
        String apiKey,

        @Doc("the app") @Default("") String app,

        @Doc("the kid of tokens") @Default("") String keyId,

        @Doc("the secret that signs tokens") @Default("") String clientSecret,

        @Doc("fleets: what messages ask for, mysql or redis") @Default("mysql")
        String durability) {
    /** What speaks how. */
    public enum Kind {
        /** A room that runs alone; messages go in over RPC. */
        BARE_ROOM,
        /** Rooms of a fleet; messages go in over HTTP. */
        FLEET,
        /** The C server of this module. */
        C,
        /** An MQTT 3.1.1 broker; messages are published. */
        MQTT;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Target {
        Check.that(!listeners.isEmpty(), "listeners", "none", "host:port of at least one");
        listeners.forEach(HostPort::parse);
        tlsListeners.forEach(HostPort::parse);
        Check.that(
                tlsListeners.isEmpty() || !trust.isEmpty(),
                "trust",
                "empty",
                "a PEM file, since tls-listeners has some");
        if (kind == Kind.BARE_ROOM || kind == Kind.FLEET) {
            Check.that(!app.isEmpty(), "app", "empty", "the app of the devices");
            Check.that(!keyId.isEmpty(), "key-id", "empty", "the kid of the app's key");
            Check.that(!clientSecret.isEmpty(), "client-secret", "empty", "the app's secret");
        }
        if (kind == Kind.BARE_ROOM) {
            HostPort.parse(rpc);
        }
        if (kind == Kind.FLEET) {
            Check.that(!center.isEmpty(), "center", "none", "the base URL of at least one center's API");
            center.forEach(URI::create);
            Check.that(
                    durability.equals("mysql") || durability.equals("redis"),
                    "durability",
                    durability,
                    "mysql or redis");
        }
    }

    /** @throws IllegalArgumentException where it has no listener of that kind */
    public List<InetSocketAddress> addresses(TlsKind tls) {
        List<String> asked = tls == TlsKind.NONE ? listeners : tlsListeners;
        if (asked.isEmpty()) {
            throw new IllegalArgumentException("tls: " + tls.word() + " (expected: none, since this target, "
                    + kind.word() + ", has no tls-listeners)");
        }
        return asked.stream()
                .map(text -> HostPort.parse(text).toSocketAddress())
                .toList();
    }

    /** A target of which only the address matters. */
    public static Target at(Kind kind, String listener) {
        return new Target(kind, List.of(listener), List.of(), "", "", "", List.of(), "", "", "", "", "");
    }

    /** The same fleet, its messages with another durability. */
    public Target withDurability(String other) {
        return new Target(
                kind, listeners, tlsListeners, trust, rpc, rpcSecret, center, apiKey, app, keyId, clientSecret, other);
    }

    public List<URI> centers() {
        return center.stream().map(URI::create).toList();
    }
}

package io.carillon.sdk.platform;

import java.util.Locale;
import java.util.Objects;

/** One network, or none. Immutable. */
public final class NetworkState {
    private static final NetworkState NONE = new NetworkState(false, NetworkKind.WIRED, "");

    private final boolean available;
    private final NetworkKind kind;
    private final String identity;

    private NetworkState(boolean available, NetworkKind kind, String identity) {
        this.available = available;
        this.kind = kind;
        this.identity = identity;
    }

    /** No network at all. */
    public static NetworkState none() {
        return NONE;
    }

    /**
     * A network that can be used.
     *
     * @param identity tells this network from others of its kind: a hash of the access point or gateway, or operator and
     *     radio technology; it is sent to the room, so it must not name a person or a place
     */
    public static NetworkState of(NetworkKind kind, String identity) {
        return new NetworkState(
                true, Objects.requireNonNull(kind, "kind"), Objects.requireNonNull(identity, "identity"));
    }

    /** False for {@link #none}. */
    public boolean available() {
        return available;
    }

    /** What carries the traffic. */
    public NetworkKind kind() {
        return kind;
    }

    /** Tells it from others of its kind. */
    public String identity() {
        return identity;
    }

    /** Names the network in the SDK's store: what was learned there is kept under it. */
    public String key() {
        return kind.name().toLowerCase(Locale.ROOT) + ":" + identity;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NetworkState
                && ((NetworkState) other).available == available
                && ((NetworkState) other).kind == kind
                && ((NetworkState) other).identity.equals(identity);
    }

    @Override
    public int hashCode() {
        return Objects.hash(available, kind, identity);
    }

    @Override
    public String toString() {
        return available ? key() : "none";
    }
}

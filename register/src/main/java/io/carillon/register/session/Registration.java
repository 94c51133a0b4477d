package io.carillon.register.session;

/** What became of a login. */
public sealed interface Registration {
    /** It stands. Versions of one user grow. */
    record Stands(long version) implements Registration {}

    /** A newer login of the same user stands; {@code deviceId} is that one's. */
    record Superseded(long version, String deviceId) implements Registration {}

    /** Not taken: the store is full or stopping, or the room's life is over. */
    record Refused() implements Registration {}

    Refused REFUSED = new Refused();
}

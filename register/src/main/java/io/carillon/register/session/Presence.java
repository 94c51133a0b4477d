package io.carillon.register.session;

/** Where a user is. */
public sealed interface Presence {
    /** {@code version} is microseconds, the login's time by the register's clock. */
    record Online(RoomLife room, long connectionId, long version, Network network) implements Presence {
        public long connectedAtMs() {
            return version / 1000;
        }
    }

    record Offline() implements Presence {}

    /** Not found, in a bucket that is not whole: says nothing. */
    record Unknown() implements Presence {}

    Offline OFFLINE = new Offline();
    Unknown UNKNOWN = new Unknown();
}

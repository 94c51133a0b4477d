package io.carillon.room.session;

import org.jspecify.annotations.Nullable;

/** A connection that was let in and is not logged in yet, as the room's admission sees it. Event-loop confined. */
public interface Visitor {
    /** For tests and transports without a door. */
    Visitor ANYBODY = new Visitor() {
        @Override
        public @Nullable Refusal askToLogIn(String deviceId) {
            return null;
        }

        @Override
        public void loggedIn() {}

        @Override
        public void left() {}
    };

    /** CONNECT came. Null: it may log in. */
    @Nullable
    Refusal askToLogIn(String deviceId);

    /** It is counted among the visitors no more. */
    void loggedIn();

    /** Its socket is closed, or it was refused; may be called again, and after {@link #loggedIn}. */
    void left();
}

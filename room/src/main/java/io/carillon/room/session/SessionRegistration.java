package io.carillon.room.session;

import io.carillon.room.registration.Session;

/** Where sessions are made known. Thread-safe, never blocks. */
public interface SessionRegistration {
    void opened(Session session);

    void closed(Session session);

    /** The client of a lost connection came back: {@code now} takes the place of {@code before}, which never ended. */
    void renamed(Session before, Session now);

    /** Ended because the register replaced it. */
    void replaced(Session session);
}

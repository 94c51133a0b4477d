package io.carillon.room.registration;

import java.util.List;

/** What the registrar tells the loops. Called on the registrar's loop; must not block. */
public interface SessionEvents {
    /** What these users' mailboxes hold is to be loaded: they are registered, or can't be just now. */
    void mayLoad(List<Session> sessions);

    /** A newer login of the user stands: this session is over. */
    void superseded(Session session, String newcomerDevice);
}

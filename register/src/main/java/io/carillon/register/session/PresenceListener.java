package io.carillon.register.session;

/**
 * Told who comes and who goes, a user's steps in order. A login that replaces a standing session is neither. Called under
 * a bucket's monitor: it hands over, and does not block.
 */
public interface PresenceListener {
    /** How a session went. */
    enum Gone {
        /** Its room took it back. */
        DISCONNECTED,
        /** Its room's life is over. */
        ROOM_LOST,
        /** It was reported once, and is not there. */
        NOT_FOUND
    }

    /** Of which apps it is to be told. */
    boolean wants(String app);

    /** A user has a session, and had none. */
    void onOnline(String app, String user, String room, long version);

    /** A user's session went; {@code version} was its. */
    void onGone(String app, String user, String room, long version, Gone how);

    /**
     * A user left a room, while another register knew of him or none did. Not under a bucket's monitor.
     *
     * @param agoMs how long ago
     */
    void onDeparted(String app, String user, String room, long agoMs);
}

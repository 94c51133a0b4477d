package io.carillon.room.admission;

/** A connection that waits with its first bytes in hand, or was let on. Event-loop confined. */
public interface Handshake {
    /** Its turn has come. */
    void resume();

    /** It took too long while others waited: to be closed. */
    void cut();
}

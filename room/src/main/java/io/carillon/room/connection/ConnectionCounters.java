package io.carillon.room.connection;

import io.carillon.protocol.ProtocolCode;
import io.carillon.room.session.CloseReason;

/** What happens on connections, counted. Thread-safe, cheap. */
public interface ConnectionCounters {
    void opened();

    void loggedIn();

    /** A client asked for a binding that it does not get. */
    void bindingRefused(ProtocolCode code);

    void pushed(int payloadBytes);

    void failed(ProtocolCode code);

    void closed(CloseReason reason);

    /** One that was logged in is gone without a goodbye. */
    void lost();
}

package io.carillon.room.listener;

import io.carillon.room.admission.Admission;
import io.carillon.room.admission.RefusalReason;
import io.carillon.room.admission.Visit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.InetAddress;
import java.time.Duration;

/** The room, as its listeners know it. Called on the connection's loop. */
public interface Door {
    /** @param exempt the limits by address don't hold for it */
    Admission.Arrival arrive(Channel channel, InetAddress address, boolean exempt);

    /**
     * Makes what handles a connection that was let in.
     *
     * @param beforeLogin the time for what comes before CONNECT, such as a TLS handshake
     */
    ChannelHandler newConnection(Channel channel, Duration beforeLogin, Visit visit);

    /** The listener itself refused one. */
    void refused(RefusalReason reason);

    /** A TLS handshake is over. */
    void handshaken(TlsOutcome outcome);
}

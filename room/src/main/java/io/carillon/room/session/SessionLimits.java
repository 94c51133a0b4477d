package io.carillon.room.session;

import io.carillon.protocol.ProtocolVersion;
import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import java.time.Duration;

/** The times and bounds of a connection. */
public record SessionLimits(
        @Doc("from the accept (behind TLS: from the handshake) to CONNECT; then the connection is closed")
        @Default("5s")
        Duration loginTimeout,

        @Doc("how long a connection may be without a binding; then it is closed") @Default("10s")
        Duration noBindingsTimeout,

        @Doc("shortest interval that clients are asked for") @Default("45s")
        Duration heartbeatMin,

        @Doc("longest interval that is accepted; a longer one is taken as this") @Default("1760s")
        Duration heartbeatMax,

        @Doc("interval that clients begin with") @Default("210s")
        Duration heartbeatStart,

        @Doc("added to 1.5 times the interval: silence beyond it closes the connection") @Default("30s")
        Duration heartbeatGrace,

        @Doc("a message without an ack for so long makes the room ask with PING") @Default("20s")
        Duration unansweredTime,

        @Doc("how long the answer to that PING may take; then the connection is closed") @Default("10s")
        Duration probeTimeout,

        @Doc("how long a client that answers but acknowledges nothing is sent nothing, unless it acknowledges")
        @Default("60s")
        Duration pauseTime,

        @Doc("how long a connection may stay above the water mark; then it is closed") @Default("30s")
        Duration slowReaderTimeout,

        @Doc("unacknowledged messages of a binding where the client asks for none; beyond it they wait in the mailbox")
        @Default("16")
        int receiveWindow,

        @Doc("longest frame body after login; a longer one closes the connection") @Default("64KiB")
        ByteSize frameBytesMax,

        @Doc("from a frame's first byte to its last; then the connection is closed") @Default("30s")
        Duration frameTimeout,

        @Doc("frames of an event loop that are not whole yet; beyond it a connection that begins one is closed")
        @Default("64MiB")
        ByteSize partialBytesMax) {
    public SessionLimits {
        Durations.requirePositive("login-timeout", loginTimeout);
        Durations.requirePositive("no-bindings-timeout", noBindingsTimeout);
        Durations.requirePositive("heartbeat-min", heartbeatMin);
        Durations.requirePositive("heartbeat-max", heartbeatMax);
        Durations.requirePositive("heartbeat-start", heartbeatStart);
        Durations.requirePositive("heartbeat-grace", heartbeatGrace);
        Durations.requirePositive("unanswered-time", unansweredTime);
        Durations.requirePositive("frame-timeout", frameTimeout);
        Check.range("partial-bytes-max", partialBytesMax.bytes(), 256 << 10, 8L << 30);
        Durations.requirePositive("probe-timeout", probeTimeout);
        Durations.requirePositive("pause-time", pauseTime);
        Durations.requirePositive("slow-reader-timeout", slowReaderTimeout);
        Check.range("receive-window", receiveWindow, 1, ProtocolVersion.RECEIVE_WINDOW_MAX);
        Check.range("frame-bytes-max", frameBytesMax, 40 << 10, 16 << 20);
        Check.that(
                heartbeatMin.compareTo(heartbeatStart) <= 0 && heartbeatStart.compareTo(heartbeatMax) <= 0,
                "heartbeat-start",
                Durations.format(heartbeatStart),
                "between heartbeat-min and heartbeat-max");
    }

    public static SessionLimits defaults() {
        return ConfigLoader.defaults(SessionLimits.class);
    }
}

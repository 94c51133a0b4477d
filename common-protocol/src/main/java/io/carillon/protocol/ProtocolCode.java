package io.carillon.protocol;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The one table of codes of the client protocol: in BindOutcome, UPLINK_ACK, KICKED, BUSY and ERROR. A client treats a
 * code that it does not know by its hundred: 1xx end the connection, 2xx end or refuse a binding, 3xx ask for another
 * try later.
 */
public enum ProtocolCode {
    OK(0),

    /** A frame that breaks the format. */
    MALFORMED_FRAME(100),
    /** A frame body longer than the limit. */
    FRAME_TOO_LARGE(101),
    /** A frame type below 0x80 that the room does not know. */
    UNKNOWN_FRAME(102),
    /** A frame that does not belong into this phase, such as a second CONNECT. */
    UNEXPECTED_FRAME(103),
    /** A protocol version that the room does not speak. */
    UNSUPPORTED_VERSION(104),
    /** No CONNECT in time. */
    LOGIN_TIMEOUT(105),
    /** Nothing was received for longer than the agreed heartbeat. */
    IDLE_TIMEOUT(106),
    /** The reader took nothing for too long. */
    SLOW_READER(107),
    /** A push stayed unacknowledged and a PING unanswered. */
    UNRESPONSIVE(108),
    /** Every binding of the connection is gone. */
    NO_BINDINGS(109),
    /** The room is stopping. */
    SHUTTING_DOWN(110),
    /** The room failed; nothing is wrong with the client. */
    INTERNAL(111),

    /** The token can't be read, is signed wrongly, expired, or for another app. */
    TOKEN_REFUSED(200),
    /** The app does not exist or is disabled. */
    APP_UNKNOWN(201),
    /** The binding number is out of range or in use, or the (app, user) is bound already. */
    BINDING_INVALID(202),
    /** More bindings than a connection may have. */
    TOO_MANY_BINDINGS(203),
    /** Another device logged in as this user. */
    REPLACED(204),
    /** The business ended the session. */
    KICKED(205),
    /** The user may not log in for some time. */
    BANNED(206),
    /** The app is not served by this room's pool. */
    WRONG_POOL(207),
    /** The request breaks a rule of the app or a bound; repeating it does not help. */
    REQUEST_INVALID(208),
    /** The app takes no clients from this network. */
    ADDRESS_REFUSED(209),

    /** The room takes no more logins just now. */
    BUSY(300),
    /** A store or service behind the room is not reachable. */
    UNAVAILABLE(301),
    /** Too many requests of this client. */
    RATE_LIMITED(302);

    private final int wire;

    ProtocolCode(int wire) {
        this.wire = wire;
    }

    /** The number on the wire. */
    public int wire() {
        return wire;
    }

    /** For metric labels: lower case, with underscores. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The code of a wire number, null where this release does not know it. */
    public static @Nullable ProtocolCode of(int wire) {
        for (ProtocolCode code : values()) {
            if (code.wire == wire) {
                return code;
            }
        }
        return null;
    }
}

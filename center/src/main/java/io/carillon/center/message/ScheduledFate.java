package io.carillon.center.message;

import java.util.Locale;

/** What became of a message that was put off, when it was taken. */
public enum ScheduledFate {
    STORED,
    /** QoS 0: a room wrote it. */
    SENT,
    /** QoS 0: it was not written. */
    DROPPED,
    REJECTED,
    /** Its life ended before anybody posted it. */
    EXPIRED,
    /** Not yet: it comes back when its lease ends. */
    AGAIN;

    /** For metric labels: lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.carillon.center.route;

import java.util.Locale;

/** What became of an entry that was routed. A stored message that did not reach a room is left to the due list. */
public enum RouteFate {
    /** The room wrote it. */
    WRITTEN,
    /** The room knows that there is something and loads it. */
    HINTED,
    /** QoS 0 only: the reader is slow. */
    DROPPED,
    /** Offline, from a whole bucket. */
    OFFLINE,
    /** Register could not say. */
    PRESENCE_UNKNOWN,
    /** The room that register named has no such session, also after a second lookup. */
    NO_SESSION,
    /** The room was not known, did not answer, or too much waited for it. */
    ROOM_UNREACHABLE;

    /** For metric labels and the API: lower case, with underscores. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

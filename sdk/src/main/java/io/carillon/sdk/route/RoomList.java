package io.carillon.sdk.route;

import io.carillon.sdk.link.RoomAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A dispatcher's answer. Immutable. */
public final class RoomList {
    private final List<RoomAddress> rooms;
    private final int ttlSeconds;
    private final int heartbeatMin;
    private final int heartbeatMax;
    private final int heartbeatStart;

    /** Intervals are seconds, 0 where the answer had none. */
    RoomList(List<RoomAddress> rooms, int ttlSeconds, int heartbeatMin, int heartbeatMax, int heartbeatStart) {
        this.rooms = Collections.unmodifiableList(new ArrayList<>(rooms));
        this.ttlSeconds = ttlSeconds;
        this.heartbeatMin = heartbeatMin;
        this.heartbeatMax = heartbeatMax;
        this.heartbeatStart = heartbeatStart;
    }

    /** Best first; may be empty. */
    public List<RoomAddress> rooms() {
        return rooms;
    }

    public int ttlSeconds() {
        return ttlSeconds;
    }

    /** Shortest heartbeat interval, seconds; 0: not said. */
    public int heartbeatMin() {
        return heartbeatMin;
    }

    /** Longest heartbeat interval, seconds; 0: not said. */
    public int heartbeatMax() {
        return heartbeatMax;
    }

    /** The interval to begin with where nothing is learned yet, seconds; 0: not said. */
    public int heartbeatStart() {
        return heartbeatStart;
    }
}

package io.carillon.sdk.heartbeat;

import io.carillon.sdk.platform.AppState;
import org.jspecify.annotations.Nullable;

/**
 * Decides how long a connection may be idle before it beats, and learns that for each network. Gaps and intervals are
 * whole seconds; a gap is the time in which nothing was sent or received. Confined to one client's thread.
 */
public interface HeartbeatPolicy {
    /** Told on the client's thread. */
    interface Listener {
        /** Something was learned that is worth keeping. */
        void onLearned();

        /** Connections die on this network however often the client beats. */
        void onBadNetwork(String networkKey);
    }

    void listen(Listener listener);

    /**
     * The range that the server allows, and where to begin on a network of which nothing is known yet. What can't be is
     * ignored.
     *
     * @param startSeconds 0: it says none
     */
    void onRange(String networkKey, int minSeconds, int maxSeconds, int startSeconds);

    /**
     * The interval to plan next.
     *
     * @param answered beats answered on this connection so far
     */
    int nextSeconds(String networkKey, AppState state, int answered);

    /**
     * The interval to plan behind the beat that goes out now, after {@code gapSeconds}, if that beat is answered. A PING
     * says what follows it before it is known whether it arrives; when it does not, what it said does not matter.
     *
     * @param answered with that beat
     * @param plannedSeconds what was planned for the gap that ends now
     */
    int nextSeconds(String networkKey, AppState state, int answered, int plannedSeconds, int gapSeconds);

    /** What to tell the room of an interval: longer where this device's alarms ring late. */
    int announcedSeconds(int plannedSeconds);

    /** The alarm of a beat rang. */
    void onAlarm(String networkKey, int lateSeconds);

    /** A beat was answered. */
    void onAnswered(String networkKey, int plannedSeconds, int gapSeconds);

    /** A connection was lost after that gap, and the network itself was not down. */
    void onLost(String networkKey, int plannedSeconds, int gapSeconds);

    /** What was found to hold on this network; 0 while it is searched for. */
    int settledSeconds(String networkKey);

    /** How long the answer to a beat may take. */
    long replyMs();

    /** Everything learned, to be kept over restarts. */
    byte[] save();

    /** Takes what {@link #save} gave; null and what can't be read are nothing learned. */
    void restore(byte @Nullable [] saved);
}

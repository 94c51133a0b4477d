package io.carillon.sdk.heartbeat;

import io.carillon.sdk.platform.AppState;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Beats as seldom as each network allows: a {@link NetworkSearch} for each of the last 20 networks, short beats while
 * somebody looks and on young connections. Docs: ADR 0006.
 */
public final class AdaptiveHeartbeat implements HeartbeatPolicy {
    static final int NETWORKS_MAX = 20;

    private static final int WARM = 3;
    private static final int FAST_SECONDS = 60;
    private static final long REPLY_MS = 8_000;
    private static final long FAST_REPLY_MS = 5_000;
    private static final int LATE_SECONDS = 20;
    private static final int LATE_BEATS = 2;
    /** Beats in a row that rang in time, after which the device is taken for a punctual one again. */
    private static final int TIMELY_IN_ROW = 8;

    private static final int LATE_SECONDS_MAX = 900;

    private final HeartbeatProfile profile;
    private final LongSupplier wallSeconds;
    private final Random random;
    private final Map<String, NetworkSearch> networks = new LinkedHashMap<>(16, 0.75f, true);
    private Range range = Range.DEFAULT;
    private int lateBeats;
    private int timelyInRow;
    private int lateSeconds;
    private boolean batching;

    private Listener listener = new Listener() {
        @Override
        public void onLearned() {}

        @Override
        public void onBadNetwork(String networkKey) {}
    };

    /**
     * @param wallSeconds seconds since 1970, for what is remembered over days and restarts; it may be set back or forth
     * @param random spreads probes
     */
    public AdaptiveHeartbeat(HeartbeatProfile profile, LongSupplier wallSeconds, Random random) {
        this.profile = profile;
        this.wallSeconds = wallSeconds;
        this.random = random;
    }

    @Override
    public void listen(Listener told) {
        listener = told;
    }

    @Override
    public void onRange(String networkKey, int min, int max, int start) {
        range = Range.of(min, max, range);
        if (start > 0) {
            search(networkKey).start(range, start);
        }
    }

    @Override
    public int nextSeconds(String networkKey, AppState state, int answered) {
        NetworkSearch search = search(networkKey);
        search.look(range, late(), now(), jitter());
        return planned(search, state, answered);
    }

    @Override
    public int nextSeconds(String networkKey, AppState state, int answered, int planned, int gap) {
        NetworkSearch search = search(networkKey);
        search.look(range, late(), now(), jitter());
        NetworkSearch ifAnswered = search.copy();
        ifAnswered.onAnswered(range, planned, gap, late(), now(), 0);
        return planned(ifAnswered, state, answered);
    }

    private int planned(NetworkSearch search, AppState state, int answered) {
        boolean bad = search.isBad(now());
        if (profile == HeartbeatProfile.FAST) {
            return bad ? Range.FLOOR_SECONDS : Math.min(range.max, FAST_SECONDS);
        }
        if (bad) {
            return Math.min(range.min, NetworkSearch.BAD_NETWORK_SECONDS);
        }
        // A device that can't wake for a short beat would be closed on for want of it.
        boolean young = answered < WARM && !batching;
        return state != AppState.IDLE || young ? range.min : search.interval(range);
    }

    @Override
    public int announcedSeconds(int planned) {
        return Math.min(Math.max(planned, range.max), planned + late());
    }

    @Override
    public void onAlarm(String networkKey, int late) {
        if (late < LATE_SECONDS) {
            if (++timelyInRow >= TIMELY_IN_ROW) {
                lateBeats = 0;
                lateSeconds = 0;
                batching = false;
            }
            return;
        }
        lateBeats = Math.min(LATE_BEATS, lateBeats + 1);
        timelyInRow = 0;
        lateSeconds = Math.min(LATE_SECONDS_MAX, Math.max(lateSeconds, late));
        if (lateBeats >= LATE_BEATS) {
            batching = true;
            search(networkKey).jump(range);
        }
    }

    @Override
    public void onAnswered(String networkKey, int planned, int gap) {
        if (search(networkKey).onAnswered(learning(), planned, gap, late(), now(), jitter())) {
            listener.onLearned();
        }
    }

    @Override
    public void onLost(String networkKey, int planned, int gap) {
        NetworkSearch.Verdict verdict = search(networkKey).onLost(learning(), planned, gap, late(), now(), jitter());
        if (verdict != NetworkSearch.Verdict.NOTHING) {
            listener.onLearned();
        }
        if (verdict == NetworkSearch.Verdict.BAD_NETWORK) {
            listener.onBadNetwork(networkKey);
        }
    }

    /** In the fast profile there is one interval only, and what is lost at it is lost at the least. */
    private Range learning() {
        return profile == HeartbeatProfile.FAST ? Range.of(FAST_SECONDS, FAST_SECONDS, range) : range;
    }

    @Override
    public int settledSeconds(String networkKey) {
        NetworkSearch search = networks.get(networkKey);
        boolean known = search != null && search.settled && profile == HeartbeatProfile.ADAPTIVE;
        return known && search != null ? search.interval(range) : 0;
    }

    @Override
    public long replyMs() {
        return profile == HeartbeatProfile.FAST ? FAST_REPLY_MS : REPLY_MS;
    }

    private NetworkSearch search(String networkKey) {
        NetworkSearch search = networks.computeIfAbsent(networkKey, key -> new NetworkSearch());
        if (networks.size() > NETWORKS_MAX) {
            Iterator<String> leastUsed = networks.keySet().iterator();
            leastUsed.next();
            leastUsed.remove();
        }
        return search;
    }

    /** 0 for a device that is punctual. */
    private int late() {
        return batching ? lateSeconds : 0;
    }

    private long now() {
        return wallSeconds.getAsLong();
    }

    private int jitter() {
        return random.nextInt(NetworkSearch.PROBE_SPREAD_SECONDS);
    }

    @Override
    public byte[] save() {
        return HeartbeatCodec.write(networks);
    }

    @Override
    public void restore(byte @Nullable [] saved) {
        networks.putAll(HeartbeatCodec.read(saved));
    }
}

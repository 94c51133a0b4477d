package io.carillon.coordinator.uplink;

import io.carillon.contract.LaneLimit;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How much of the place in hand each lane may have, and where the walk over the lanes is. A lane may have a quarter of
 * what is free at the moment: one alone gets most of it in the end, and where several endpoints hang, each gets less
 * than the one before, so that there is always some for the next (dynamic thresholds, Choudhury and Hahne, IEEE/ACM
 * Transactions on Networking 1998). Not thread-safe: guarded by its owner.
 */
final class Lanes {
    private static final int PART = 4;
    private static final int CLOSED_MAX = 10_000;

    private final Map<Long, Integer> inHand = new HashMap<>();
    private final Map<Long, Long> closedUntilNs = new HashMap<>();
    /** Null: a round begins. */
    private @Nullable Long after;

    /** The question for what there is place for. */
    UplinkTakeRequest.Builder ask(int free, long nowNs) {
        closedUntilNs.values().removeIf(untilNs -> untilNs - nowNs <= 0);
        int laneMax = Math.max(1, free / PART);
        UplinkTakeRequest.Builder request =
                UplinkTakeRequest.newBuilder().setMax(free).setLaneMax(laneMax);
        if (after != null) {
            request.setAfterLane(after);
        }
        Set<Long> limited = new TreeSet<>(inHand.keySet());
        limited.addAll(closedUntilNs.keySet());
        for (long lane : limited) {
            int left = closedUntilNs.containsKey(lane) ? 0 : Math.max(0, laneMax - inHand.getOrDefault(lane, 0));
            request.addLimits(LaneLimit.newBuilder().setLane(lane).setMax(left));
        }
        return request;
    }

    /** True where there are lanes that were not asked yet in this round. */
    boolean taken(UplinkTakeResponse response) {
        for (StoredUplink uplink : response.getUplinksList()) {
            inHand.merge(uplink.getLane(), 1, Integer::sum);
        }
        after = response.getMore() ? response.getLastLane() : null;
        return response.getMore();
    }

    void released(long lane) {
        inHand.computeIfPresent(lane, (any, count) -> count > 1 ? count - 1 : null);
    }

    /** Nothing is taken from it before then: its endpoint would not get it. */
    void close(long lane, long untilNs) {
        if (closedUntilNs.size() < CLOSED_MAX) {
            closedUntilNs.put(lane, untilNs);
        }
    }
}

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
 * what is free at the moment: one alone has a fifth of all in the end, and where several endpoints hang, each gets less
 * than the one before, so that there is always some for the next (dynamic thresholds, Choudhury and Hahne, IEEE/ACM
 * Transactions on Networking 1998). Not thread-safe: guarded by its owner.
 */
final class Lanes {
    private static final int PART = 4;
    private static final int CLOSED_MAX = 10_000;

    private final Map<Long, Integer> inHand = new HashMap<>();
    private final Map<Long, Long> closedUntilNs = new HashMap<>();
    /** Lanes that may have more than they might take: how little they have to have in hand to be asked again. */
    private final Map<Long, Integer> hungry = new HashMap<>();

    private int laneMax;
    /** Null: a round begins. */
    private @Nullable Long after;

    /** The question for what there is place for. */
    UplinkTakeRequest.Builder ask(int free, long nowNs) {
        closedUntilNs.values().removeIf(untilNs -> untilNs - nowNs <= 0);
        laneMax = Math.max(1, free / PART);
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
        inHand.forEach((lane, count) -> {
            if (count >= laneMax && !closedUntilNs.containsKey(lane)) {
                hungry.put(lane, count / 2);
            }
        });
        after = response.getMore() ? response.getLastLane() : null;
        return response.getMore();
    }

    /** One is in hand no more. True where its lane should be asked for more. */
    boolean released(long lane) {
        inHand.computeIfPresent(lane, (any, count) -> count > 1 ? count - 1 : null);
        Integer enough = hungry.get(lane);
        boolean again = enough != null && inHand.getOrDefault(lane, 0) <= enough;
        if (again) {
            hungry.remove(lane);
        }
        return again;
    }

    /** Nothing is taken from it before then: its endpoint would not get it. */
    void close(long lane, long untilNs) {
        if (closedUntilNs.size() < CLOSED_MAX) {
            closedUntilNs.put(lane, untilNs);
        }
    }
}

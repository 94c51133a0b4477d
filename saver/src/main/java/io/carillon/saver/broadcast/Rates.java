package io.carillon.saver.broadcast;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Who may deliver how fast: the broadcasts' part of an app's ceiling, and each broadcast's rate over its rooms.
 *
 * <p>A center is told the shares of its own rooms only. So that all shares add up to the rate, every center's tick weighs
 * the same numbers: what is stored of all rooms. A center that weighed its own rooms by its report of this moment, and the
 * others' by what they had left a while ago, would take too little, and so would each of the others. Only where one tick
 * reports all rooms are its numbers as good.
 */
final class Rates {
    private static final double LEAST = 1e-3;

    private final Map<LiveBroadcast, Double> byBroadcast = new HashMap<>();
    private final Map<LiveBroadcast, Double> meansLeft = new HashMap<>();
    private final Map<LiveBroadcast, Double> weights = new HashMap<>();
    private final Set<LiveBroadcast> reportedWhole = new HashSet<>();

    /** @param ceilings deliveries a second of an app's broadcasts together; infinite: no ceiling */
    Rates(List<LiveBroadcast> live, ToDoubleFunction<String> ceilings) {
        Map<String, List<LiveBroadcast>> byApp = new HashMap<>();
        for (LiveBroadcast one : live) {
            if (!one.running()) {
                continue;
            }
            if (one.tasks.stream().allMatch(task -> task.reported)) {
                reportedWhole.add(one);
            }
            meansLeft.put(one, meanLeft(one));
            weights.put(one, one.tasks.stream().mapToDouble(this::weight).sum());
            if (one.kick) {
                // It delivers nothing: the ceiling is not about it.
                byBroadcast.put(one, (double) one.ratePerSecond);
            } else {
                byApp.computeIfAbsent(one.app, app -> new ArrayList<>()).add(one);
            }
        }
        byApp.forEach((app, broadcasts) -> shareCeiling(broadcasts, ceilings.applyAsDouble(app)));
    }

    /** The slowest first: what they leave is shared by the rest. */
    private void shareCeiling(List<LiveBroadcast> broadcasts, double ceiling) {
        double rest = ceiling;
        int sharers = broadcasts.size();
        broadcasts.sort(Comparator.comparingDouble(Rates::asked));
        for (LiveBroadcast one : broadcasts) {
            // 0 would mean no limit: where the batches have all of the ceiling yet, it begins with next to nothing.
            double rate = Double.isInfinite(ceiling)
                    ? one.ratePerSecond
                    : Math.max(LEAST, Math.min(asked(one), rest / sharers));
            byBroadcast.put(one, rate);
            rest -= rate;
            sharers--;
        }
    }

    /** Deliveries a second; infinite where it is to go as fast as it can. */
    static double asked(LiveBroadcast broadcast) {
        return broadcast.ratePerSecond == 0 ? Double.POSITIVE_INFINITY : broadcast.ratePerSecond;
    }

    /** Deliveries a second; 0: no limit, and for what does not run. Never 0 for a task of a broadcast with a limit. */
    double of(LiveTask task) {
        double rate = byBroadcast.getOrDefault(task.broadcast, 0.0);
        if (rate == 0) {
            return 0;
        }
        double weight = weight(task);
        // A room that is away delivers nothing: its share is the others', and it begins with little when it is back.
        return rate * Math.max(weight, 1e-6) / Math.max(weights.getOrDefault(task.broadcast, 0.0), 1e-6);
    }

    /** Before its first report a room counts as much as the mean of the others. */
    private double weight(LiveTask task) {
        if (task.absentSinceMs != 0 || task.over()) {
            return 0;
        }
        long left = left(task);
        return Math.max(1, left == LiveTask.UNKNOWN ? meansLeft.getOrDefault(task.broadcast, 1.0) : (double) left);
    }

    private double meanLeft(LiveBroadcast broadcast) {
        return broadcast.tasks.stream()
                .mapToLong(this::left)
                .filter(left -> left != LiveTask.UNKNOWN)
                .average()
                .orElse(1);
    }

    private long left(LiveTask task) {
        return reportedWhole.contains(task.broadcast) ? task.left : task.leftBefore;
    }
}

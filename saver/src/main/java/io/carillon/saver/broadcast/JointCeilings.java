package io.carillon.saver.broadcast;

import io.carillon.contract.BatchDemand;
import io.carillon.contract.BatchShare;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.runtime.contract.DeliveryCeiling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The ceilings of all apps in one tick: what their broadcasts may deliver, and what the asking center may, for its
 * messages to several users. Works on rows in memory; who calls it reads them before and writes what has changed.
 *
 * <p>A center that is silent keeps its share for as long as it may count on it, and a little more. One that discovery lost
 * as well keeps it for a lease's time.
 */
final class JointCeilings {
    /** Apps of one tick; of more the surplus is not told a share, and makes do with what every center has. */
    static final int APPS_MAX = 1000;

    private static final long SILENT_MS = DeliveryCeiling.KEPT.toMillis() + 5_000;

    private final List<ShareRow> rows;
    private final Map<String, AppShares> byApp = new HashMap<>();
    private final List<BatchShare> told = new ArrayList<>();
    private final String center;
    private final long nowMs;
    private final long leaseMs;

    /**
     * @param rows what was told so far
     * @param live with those that this tick has started
     * @param ceilings deliveries a second of an app; 0: no ceiling
     */
    JointCeilings(
            BroadcastTickRequest request,
            List<ShareRow> rows,
            List<LiveBroadcast> live,
            ToIntFunction<String> ceilings,
            long nowMs,
            long leaseMs) {
        this.rows = new ArrayList<>(rows);
        this.center = Tick.owner(request.getCenter());
        this.nowMs = nowMs;
        this.leaseMs = leaseMs;
        Map<String, Double> demands = demands(request);
        Map<String, ShareRow> own = dropAndFindOwn(request, demands);
        demands.forEach((app, wanted) -> want(own, app, wanted));
        Map<String, List<Double>> asked = asked(live);
        Set<String> apps = new TreeSet<>(asked.keySet());
        this.rows.forEach(row -> apps.add(row.app));
        apps.forEach(app -> share(app, ceilings.applyAsInt(app), asked.getOrDefault(app, List.of()), own.get(app)));
        demands.forEach((app, wanted) -> {
            // Who gives back is told so in any case: else it would go on giving back.
            if (wanted == 0 || byApp.containsKey(app)) {
                tell(app, own.get(app));
            }
        });
    }

    private static Map<String, Double> demands(BroadcastTickRequest request) {
        Map<String, Double> demands = new HashMap<>();
        for (BatchDemand demand : request.getBatchesList()) {
            if (demands.size() < APPS_MAX) {
                // Whoever says what is no number wants nothing.
                demands.put(demand.getApp(), demand.getWanted() > 0 ? Math.min(demand.getWanted(), 1e12) : 0);
            }
        }
        return demands;
    }

    private Map<String, ShareRow> dropAndFindOwn(BroadcastTickRequest request, Map<String, Double> demands) {
        Map<String, ShareRow> own = new HashMap<>();
        Set<String> centers = Set.copyOf(request.getCentersList());
        for (ShareRow row : rows) {
            if (row.holder.equals(ShareRow.BROADCASTS)) {
                continue;
            }
            if (row.holder.equals(center)) {
                row.gone = demands.getOrDefault(row.app, 0.0) == 0;
                own.put(row.app, row);
            } else {
                long silentMs = nowMs - row.atMs;
                boolean lost = silentMs >= leaseMs && !centers.isEmpty() && !centers.contains(row.holderName());
                boolean replaced = row.holderName().equals(request.getCenter().getName());
                row.gone = lost || replaced || silentMs >= SILENT_MS;
            }
        }
        return own;
    }

    private void want(Map<String, ShareRow> own, String app, double wanted) {
        if (wanted > 0) {
            ShareRow row = own.computeIfAbsent(app, ignored -> {
                ShareRow fresh = new ShareRow(app, center);
                rows.add(fresh);
                return fresh;
            });
            row.wanted = wanted;
        } else {
            own.remove(app);
        }
    }

    /** A kick delivers nothing: the ceiling is not about it. */
    private static Map<String, List<Double>> asked(List<LiveBroadcast> live) {
        Map<String, List<Double>> asked = new HashMap<>();
        for (LiveBroadcast one : live) {
            if (one.running() && !one.kick) {
                asked.computeIfAbsent(one.app, app -> new ArrayList<>()).add(Rates.asked(one));
            }
        }
        return asked;
    }

    private void share(String app, int ceiling, List<Double> asked, @Nullable ShareRow own) {
        List<ShareRow> ofApp = rows.stream().filter(row -> row.app.equals(app)).toList();
        if (ceiling == 0) {
            ofApp.forEach(row -> row.gone = true);
            return;
        }
        AppShares shares = new AppShares(app, ceiling, asked, nowMs, leaseMs / 2);
        ofApp.stream().filter(row -> !row.gone).forEach(shares::add);
        shares.share(own);
        ShareRow broadcasts = shares.broadcastsRow();
        if (broadcasts != null && !ofApp.contains(broadcasts)) {
            rows.add(broadcasts);
        }
        byApp.put(app, shares);
    }

    private void tell(String app, @Nullable ShareRow own) {
        told.add(BatchShare.newBuilder()
                .setApp(app)
                .setPerSecond(own == null ? 0 : own.told)
                .build());
    }

    /** Deliveries a second of the app's broadcasts together; infinite without a ceiling. */
    double broadcasts(String app) {
        AppShares shares = byApp.get(app);
        return shares == null ? Double.POSITIVE_INFINITY : shares.broadcasts();
    }

    /** What the asker may deliver, by the apps that it asked for. */
    List<BatchShare> batches() {
        return told;
    }

    /** All of them; who writes them looks for what has changed. */
    List<ShareRow> rows() {
        return rows;
    }
}

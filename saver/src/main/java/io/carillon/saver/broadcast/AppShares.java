package io.carillon.saver.broadcast;

import io.carillon.runtime.contract.DeliveryCeiling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One app's ceiling over its broadcasts and its batches together, while a tick works on it. Nobody is told more before
 * those who have to make way were told less and had time to follow, so that the sum stays under the ceiling throughout:
 *
 * <ul>
 *   <li>a center learns of its share in the answer that sets it, and so obeys it as soon as saver counts on it;
 *   <li>the broadcasts' share reaches the rooms by the ticks of all centers and their orders: what they had before counts
 *       for {@code settleMs} more. In that time it is lowered no further, so that one lowering at a time is under way.
 * </ul>
 *
 * <p>Who asks for little gets it whole, and the rest is shared evenly: each broadcast counts as one, and the batches of all
 * centers as one. Between centers theirs is divided by what they want.
 */
final class AppShares {
    /** Batches get room to grow: what they want is known only as far as it was asked for. */
    private static final double HEADROOM = 1.5;

    private final double usable;
    private final List<Double> asked;
    private final List<ShareRow> centers = new ArrayList<>();
    private @Nullable ShareRow broadcasts;
    private final String app;
    private final long nowMs;
    private final long settleMs;

    /** @param asked the rates of the broadcasts that run; infinite for one without */
    AppShares(String app, int ceiling, List<Double> asked, long nowMs, long settleMs) {
        this.app = app;
        this.usable = ceiling * (1 - DeliveryCeiling.RESERVED);
        this.asked = asked;
        this.nowMs = nowMs;
        this.settleMs = settleMs;
    }

    void add(ShareRow row) {
        if (row.holder.equals(ShareRow.BROADCASTS)) {
            broadcasts = row;
        } else {
            centers.add(row);
        }
    }

    /** Sets the share of the center that asks; null where it does not ask for this app. */
    void share(@Nullable ShareRow own) {
        double wanted = centers.stream().mapToDouble(row -> row.wanted).sum() * HEADROOM;
        double forBroadcasts = forBroadcasts(wanted);
        if (own != null) {
            double others = centers.stream()
                    .filter(row -> row != own)
                    .mapToDouble(row -> row.told)
                    .sum();
            double occupied = broadcasts == null ? 0 : broadcasts.occupied(nowMs);
            double fair = (usable - forBroadcasts) * own.wanted * HEADROOM / wanted;
            own.told = Math.max(0, Math.min(fair, usable - occupied - others));
            own.atMs = nowMs;
            own.changed = true;
        }
        tellBroadcasts(forBroadcasts);
    }

    /** What they get in the end: by the smallest first, whose rest the larger share. */
    private double forBroadcasts(double wanted) {
        if (wanted == 0) {
            return Math.min(usable, sum());
        }
        List<Double> all = new ArrayList<>(asked);
        all.add(wanted);
        Collections.sort(all);
        double rest = usable;
        double batches = 0;
        for (int i = 0; i < all.size(); i++) {
            double part = Math.min(all.get(i), rest / (all.size() - i));
            rest -= part;
            if (all.get(i) == wanted) {
                batches = part;
            }
        }
        // What nobody asks for is the batches' as well: they may want it the next moment.
        return Math.min(sum(), usable - batches);
    }

    private double sum() {
        return asked.stream().mapToDouble(Double::doubleValue).sum();
    }

    private void tellBroadcasts(double goal) {
        ShareRow row = broadcasts;
        if (row == null) {
            if (asked.isEmpty()) {
                return;
            }
            row = new ShareRow(app, ShareRow.BROADCASTS);
            broadcasts = row;
        }
        boolean settling = row.beforeUntilMs > nowMs;
        double batches = centers.stream().mapToDouble(center -> center.told).sum();
        double may = Math.clamp(goal, 0, Math.max(0, usable - batches));
        if (may < row.told && !settling) {
            row.toldBefore = row.told;
            row.beforeUntilMs = nowMs + settleMs;
            tell(row, may);
        } else if (may > row.told) {
            tell(row, may);
        } else if (asked.isEmpty() && row.told == 0 && !settling) {
            row.gone = true;
        }
    }

    private void tell(ShareRow row, double share) {
        row.told = share;
        row.atMs = nowMs;
        row.changed = true;
    }

    /** Deliveries a second of the app's broadcasts together. */
    double broadcasts() {
        return broadcasts == null ? 0 : broadcasts.told;
    }

    @Nullable
    ShareRow broadcastsRow() {
        return broadcasts;
    }
}

package io.carillon.center.app;

import io.carillon.contract.App;
import io.carillon.contract.BatchDemand;
import io.carillon.contract.BatchShare;
import io.carillon.runtime.contract.DeliveryCeiling;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Holds messages to several users to this center's part of their app's ceiling of deliveries a second. The ceiling is one
 * for the cluster: saver divides it among the app's broadcasts and the batches of all centers, by what each asks for.
 *
 * <p>A tick tells saver what batches asked for, and brings the share. Before a center has heard of one it has its part of
 * {@link DeliveryCeiling#RESERVED}, which no broadcast gets: enough for a first batch to pass, which the share that follows
 * pays for. While no tick is answered the last share stands for {@link DeliveryCeiling#KEPT}, and that part again afterwards.
 *
 * <p>A request passes while the app is not in debt here and then takes all it needs. What is saved up is bounded by
 * {@value #HELD_SECONDS} s of an even share, so that ten seconds see little above the ceiling. Thread-safe.
 */
public final class DeliveryShares {
    private static final double HELD_SECONDS = 0.2;
    private static final double SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long WAIT_SECONDS_MAX = 60;
    /** Of one tick: as many as saver takes. */
    private static final int DEMANDS_MAX = 1000;

    private final IntSupplier centers;
    private final LongSupplier nanoTime;
    // Bounded by the number of apps.
    private final ConcurrentMap<String, Account> accounts = new ConcurrentHashMap<>();

    /** @param centers how many there are, at least 1 */
    public DeliveryShares(IntSupplier centers, LongSupplier nanoTime) {
        this.centers = centers;
        this.nanoTime = nanoTime;
    }

    /** Takes {@code count} deliveries; 0, or the seconds after which another try may pass. */
    long take(App app, int count) {
        long ceiling = Integer.toUnsignedLong(app.getDeliveriesPerSecondMax());
        if (ceiling == 0) {
            return 0;
        }
        double even = (double) ceiling / Math.max(1, centers.getAsInt());
        long nowNs = nanoTime.getAsLong();
        return accounts.computeIfAbsent(app.getId(), ignored -> new Account(nowNs))
                .take(count, ceiling, even, nowNs);
    }

    /** Gives back what was taken for a request that was refused for another reason. */
    void give(App app, int count) {
        Account account = accounts.get(app.getId());
        if (account != null) {
            account.give(count);
        }
    }

    /** What a tick tells saver: apps that asked for something lately, and those whose share goes back. */
    public List<BatchDemand> demands() {
        long nowNs = nanoTime.getAsLong();
        List<BatchDemand> demands = new ArrayList<>();
        accounts.forEach((app, account) -> {
            double wanted = account.wanted(nowNs);
            if (wanted >= 0 && demands.size() < DEMANDS_MAX) {
                demands.add(
                        BatchDemand.newBuilder().setApp(app).setWanted(wanted).build());
            }
        });
        return demands;
    }

    /** @param askedAtNs when the tick was sent that brought them */
    public void adopt(List<BatchShare> shares, long askedAtNs) {
        long nowNs = nanoTime.getAsLong();
        for (BatchShare share : shares) {
            Account account = accounts.get(share.getApp());
            if (account != null) {
                account.adopt(share.getPerSecond(), askedAtNs, nowNs);
            }
        }
    }

    /** One app's. Guarded by itself. */
    private static final class Account {
        private final DemandMeter demand;
        private boolean begun;
        private double tokens;
        private long filledNs;
        /** Told by saver, deliveries a second; 0: none. */
        private double share;

        private long shareUntilNs;
        private long ceiling;
        private double even;

        Account(long nowNs) {
            demand = new DemandMeter(nowNs);
            filledNs = nowNs;
        }

        synchronized void give(int count) {
            tokens += count;
        }

        synchronized long take(int count, long newCeiling, double newEven, long nowNs) {
            ceiling = newCeiling;
            even = newEven;
            if (!begun) {
                begun = true;
                tokens = even * HELD_SECONDS;
            }
            fill(nowNs);
            demand.add(count, nowNs);
            if (tokens <= 0) {
                // What it would be with an even share, where there is none yet: the next tick brings one.
                double expected = Math.max(perSecond(nowNs), even);
                return Math.clamp((long) Math.ceil(-tokens / expected), 1, WAIT_SECONDS_MAX);
            }
            tokens -= count;
            return 0;
        }

        private void fill(long nowNs) {
            tokens += perSecond(nowNs) * ((nowNs - filledNs) / SECOND_NS);
            tokens = Math.min(tokens, even * HELD_SECONDS);
            filledNs = nowNs;
        }

        private double perSecond(long nowNs) {
            double least = even * DeliveryCeiling.RESERVED;
            return shareUntilNs - nowNs > 0 ? Math.clamp(share, least, Math.max(least, (double) ceiling)) : least;
        }

        /** Deliveries a second; negative: nothing has to be said. */
        synchronized double wanted(long nowNs) {
            fill(nowNs);
            double wanted = demand.perSecond(nowNs);
            if (wanted > 0) {
                return wanted + Math.max(0, -tokens);
            }
            if (share > 0) {
                shareUntilNs = nowNs;
                return 0;
            }
            return -1;
        }

        synchronized void adopt(double perSecond, long askedAtNs, long nowNs) {
            fill(nowNs);
            share = perSecond;
            shareUntilNs = askedAtNs + DeliveryCeiling.KEPT.toNanos();
        }
    }
}

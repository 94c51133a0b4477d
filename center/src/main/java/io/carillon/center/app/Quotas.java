package io.carillon.center.app;

import io.carillon.contract.App;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Holds each app to its messages a second, and its messages to several users to its deliveries a second
 * ({@link DeliveryShares}). Of messages, this center's share is the app's bound by the number of centers.
 *
 * <p>A bucket holds one second's worth. A request passes while the bucket is not in debt and then takes all it needs,
 * so that one with 1,000 users passes under a quota of 100 and is paid for by the ten seconds after it. Thread-safe.
 */
public final class Quotas {
    private final IntSupplier centers;
    private final LongSupplier nanoTime;
    // Bounded by the number of apps.
    private final ConcurrentMap<String, Level> messages = new ConcurrentHashMap<>();
    private final DeliveryShares deliveries;

    /** @param centers how many share the quota, at least 1 */
    public Quotas(IntSupplier centers, LongSupplier nanoTime, DeliveryShares deliveries) {
        this.centers = centers;
        this.nanoTime = nanoTime;
        this.deliveries = deliveries;
    }

    /** Takes {@code count} messages; 0, or the seconds after which another try may pass. */
    public long take(App app, int count) {
        int perSecond = app.getMessagesPerSecond();
        if (perSecond == 0) {
            return 0;
        }
        double share = (double) Integer.toUnsignedLong(perSecond) / Math.max(1, centers.getAsInt());
        return messages.computeIfAbsent(app.getId(), ignored -> new Level(share, nanoTime.getAsLong()))
                .take(count, share, nanoTime.getAsLong());
    }

    /** Takes {@code count} deliveries of messages to several users; 0, or the seconds after which another try may pass. */
    public long takeDeliveries(App app, int count) {
        return deliveries.take(app, count);
    }

    /** Gives back what was taken for a request that was refused for another reason. */
    public void returnDeliveries(App app, int count) {
        deliveries.give(app, count);
    }

    /** Guarded by itself. */
    private static final class Level {
        private double tokens;
        private long filledNs;

        Level(double tokens, long nowNs) {
            this.tokens = tokens;
            filledNs = nowNs;
        }

        synchronized long take(int count, double perSecond, long nowNs) {
            tokens = Math.min(perSecond, tokens + (nowNs - filledNs) / 1e9 * perSecond);
            filledNs = nowNs;
            if (tokens <= 0) {
                return Math.max(1, (long) Math.ceil(-tokens / perSecond));
            }
            tokens -= count;
            return 0;
        }
    }
}

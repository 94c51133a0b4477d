package io.carillon.room.broadcast;

import java.util.concurrent.TimeUnit;

/**
 * Has broadcasts that go as fast as can be give way to messages for single users: the time from their acceptance in center
 * to their acknowledgement here is compared with what it is while nothing is broadcast, and where they wait much longer than
 * that the walks rest between their turns, until they do not. It is the way through the whole fleet, to the device and back that is
 * timed. So it also tells of processors that all services share, which a loop that is woken in time can't see, and of a
 * network that is full.
 *
 * <p>Like LEDBAT (RFC 6817), which gives way to other traffic on a link: the least time of the last minutes stands for the
 * way itself (and for the difference between the clocks of center and room), what is above it is waiting. Event-loop
 * confined.
 */
final class UnicastFirst {
    /** Between turns while nothing is in their way: due at once, behind whatever else the loop has. */
    static final long AT_ONCE_NS = 1;

    /** Later than this a message was held up elsewhere: put off, or its store was away, or its device. */
    private static final double AGE_OVER_LEAST_MAX_MS = 1000;

    private static final double ALONE_WEIGHT = 1.0 / 64;
    private static final double BESIDE_WEIGHT = 1.0 / 16;
    /** What a walk may add, of the waiting that there is without one. The tail grows by more than the mean. */
    private static final double MAY_ADD = 0.75;
    /** More waiting than this is more than noise. */
    private static final double SLACK_MS = 2;
    /** One that is under way for so much longer than the oldest is without a walk tells of a queue before it is through. */
    private static final double OVERDUE = 1.5;

    /** And for so much more than the mean may grow. */
    private static final double OVERDUE_ALLOWED = 4;

    private static final double START_REST_MS = 100;
    private static final double GROWTH = 1.4;
    private static final double SHRINKING = 0.95;
    /** While walks rest, slices and rests are so much smaller: what comes in between waits for one slice of each loop. */
    private static final double SMALL_PART = 0.25;

    private static final double LEAST_REST_MS = 0.5;
    private static final long LATELY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_KEPT_NS = TimeUnit.MINUTES.toNanos(5);

    private final double restMaxMs;
    private final AckProbes probes = new AckProbes();
    /** Of the current span of five minutes, and of the one before. */
    private double leastMs = Double.NaN;

    private double leastBeforeMs = Double.NaN;
    private long spanNs;
    /** Means of what comes on top of nothing else, and of what comes while a walk is on. */
    private double aloneMs = Double.NaN;

    private double besideMs;
    /** How long the oldest is under way while nothing is broadcast: some devices answer late, or never. */
    private double aloneOldestMs;

    private double restMs;
    private boolean written;
    private long writtenNs;
    private boolean walked;
    private long walkedNs;

    /** @param restMaxMs between two turns of a whole slice; 0: no walk gives way */
    UnicastFirst(long restMaxMs) {
        this.restMaxMs = (double) restMaxMs;
    }

    /**
     * A message for one user was written.
     *
     * @param to whom, compared by identity
     * @param ageMs since center accepted it, by center's clock and ours
     */
    void onWritten(Object to, long seq, long ageMs, long nowNs) {
        written = true;
        writtenNs = nowNs;
        probes.add(to, seq, ageMs, nowNs);
    }

    void onAcked(Object by, long seq, long nowNs) {
        double ageMs = probes.take(by, seq, nowNs);
        if (!Double.isNaN(ageMs)) {
            sample(ageMs, nowNs);
        }
    }

    private void sample(double ageMs, long nowNs) {
        takeLeast(ageMs, nowNs);
        double age = Math.min(ageMs, least() + AGE_OVER_LEAST_MAX_MS);
        if (walkedLately(nowNs)) {
            besideMs = Double.isNaN(besideMs) ? age : besideMs + BESIDE_WEIGHT * (age - besideMs);
        } else {
            double oldest = Math.max(age, probes.oldestMs(nowNs));
            if (Double.isNaN(aloneMs)) {
                aloneMs = age;
                aloneOldestMs = oldest;
            } else {
                aloneMs += ALONE_WEIGHT * (age - aloneMs);
                aloneOldestMs += ALONE_WEIGHT * (oldest - aloneOldestMs);
            }
        }
    }

    private void takeLeast(double ageMs, long nowNs) {
        if (Double.isNaN(leastMs)) {
            leastMs = ageMs;
            spanNs = nowNs;
        } else if (nowNs - spanNs > LEAST_KEPT_NS) {
            leastBeforeMs = leastMs;
            leastMs = ageMs;
            spanNs = nowNs;
        } else {
            leastMs = Math.min(leastMs, ageMs);
        }
    }

    private double least() {
        return Double.isNaN(leastBeforeMs) ? leastMs : Math.min(leastMs, leastBeforeMs);
    }

    private boolean walkedLately(long nowNs) {
        return walked && nowNs - walkedNs < LATELY_NS;
    }

    /** Of a whole slice, how much walks do in a turn now. */
    double part() {
        return restMs == 0 ? 1 : SMALL_PART;
    }

    /** How long walks rest now, after a turn of {@link #part}; at least {@link #AT_ONCE_NS}. */
    long restNs(long nowNs) {
        boolean first = !walkedLately(nowNs);
        walked = true;
        walkedNs = nowNs;
        if (restMaxMs == 0 || !written || nowNs - writtenNs > LATELY_NS) {
            restMs = 0;
            return AT_ONCE_NS;
        }
        if (first) {
            // A whole broadcast is over before the first message tells that it stood in its way.
            restMs = Math.min(restMaxMs, Math.max(restMs, START_REST_MS));
            besideMs = alone();
        } else if (late(nowNs)) {
            restMs = Math.min(restMaxMs, restMs * GROWTH + LEAST_REST_MS);
        } else {
            restMs = restMs * SHRINKING < LEAST_REST_MS ? 0 : restMs * SHRINKING;
        }
        return Math.max(AT_ONCE_NS, (long) (part() * restMs * 1e6));
    }

    private boolean late(long nowNs) {
        if (Double.isNaN(leastMs)) {
            return false;
        }
        double allowedMs = Math.max(SLACK_MS, MAY_ADD * (alone() - least()));
        double oldestAloneMs = Math.max(alone(), aloneOldestMs) - least();
        return besideMs - alone() > allowedMs
                || probes.oldestMs(nowNs) - least() > OVERDUE * oldestAloneMs + OVERDUE_ALLOWED * allowedMs;
    }

    private double alone() {
        return Double.isNaN(aloneMs) ? least() : aloneMs;
    }
}

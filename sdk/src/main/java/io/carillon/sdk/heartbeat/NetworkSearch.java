package io.carillon.sdk.heartbeat;

/**
 * The search for the longest idle time that one network allows.
 *
 * <p>It keeps the longest gap after which a beat was answered ({@code good}) and the shortest after which one was lost
 * ({@code bad}). While nothing was lost it gallops: the next gap is longer by a step that doubles. After a loss it splits
 * what lies between the two, nearer to the good end, since a loss costs four beats (itself and the three short ones of
 * the next connection) and an answer one: {@code x = 0.2755} solves {@code (1 - x)^4 = x}, where both outcomes pay. When
 * the two are close enough it settles a margin below {@code good}; the margin is what an alarm may ring late.
 *
 * <p>One answered beat proves a gap. One lost beat is believed where nothing was known; a gap that had been proven is
 * given up only after two losses in a row.
 */
final class NetworkSearch {
    static final int MARGIN_SECONDS = 20;
    static final int BAD_NETWORK_SECONDS = 100;
    static final long BAD_NETWORK_FOR_SECONDS = 24 * 3600;
    static final long PROBE_SECONDS = 7 * 24 * 3600;
    /** Probes of many devices are spread over so long. */
    static final int PROBE_SPREAD_SECONDS = 6 * 3600;

    /** With the margin below 100. */
    private static final int RESOLUTION_SECONDS = 75;

    private static final double SPLIT = 0.2755;
    private static final double GAP_SHARE = 0.9;
    private static final int DOWN = 2;
    private static final int LOST_AT_MIN = 6;

    /** Ends at the same idle time, so many in a row and no further apart, are the network's doing. */
    private static final int EARLY_IN_ROW = 3;

    private static final int EARLY_SPREAD_SECONDS = 5;

    /** Kept over restarts, with {@link #settled}, {@link #probeAtSeconds} and {@link #badUntilSeconds}. */
    int good;

    int bad;
    int step = RESOLUTION_SECONDS;
    /** A gap to try out of turn: a start value, a probe; 0: none. */
    int trying;

    /** How far below {@link #good} to settle: what alarms of this device ring late. */
    int margin = MARGIN_SECONDS;

    boolean settled;
    long probeAtSeconds;
    long badUntilSeconds;

    private int lostInRow;
    private int lostShortest;
    private int lostAtMin;
    private int earlyGap;
    private int earlyInRow;
    private boolean jumped;

    /** What a loss came to. */
    enum Verdict {
        NOTHING,
        LEARNED,
        BAD_NETWORK
    }

    NetworkSearch copy() {
        NetworkSearch copy = new NetworkSearch();
        copy.good = good;
        copy.bad = bad;
        copy.step = step;
        copy.trying = trying;
        copy.margin = margin;
        copy.settled = settled;
        copy.probeAtSeconds = probeAtSeconds;
        copy.badUntilSeconds = badUntilSeconds;
        return copy;
    }

    /** Where to begin, as long as nothing is known. */
    void start(Range range, int seconds) {
        if (good == 0 && bad == 0 && !settled) {
            trying = seconds > range.min ? range.clamp(seconds) : 0;
        }
    }

    /** Does what is due by the clock. Clocks that were set back shorten a wait, never lengthen it. */
    void look(Range range, int late, long nowSeconds, int jitterSeconds) {
        // The next one may ring later still.
        margin = Math.max(margin, late * 3 / 2);
        if (badUntilSeconds != 0 && !isBad(nowSeconds)) {
            forget();
        }
        if (!settled) {
            return;
        }
        probeAtSeconds = Math.min(probeAtSeconds, nowSeconds + PROBE_SECONDS + PROBE_SPREAD_SECONDS);
        boolean due = high(range) > 0 && nowSeconds >= probeAtSeconds;
        boolean wider = high(range) == 0 && low(range) < range.max;
        if (due || wider) {
            settled = false;
            trying = due ? bad : 0;
            step = RESOLUTION_SECONDS;
            settleIfFound(range, nowSeconds, jitterSeconds);
        }
    }

    /** Whether this network was found to lose connections at any interval, not long ago. */
    boolean isBad(long nowSeconds) {
        badUntilSeconds = Math.min(badUntilSeconds, nowSeconds + BAD_NETWORK_FOR_SECONDS);
        return nowSeconds < badUntilSeconds;
    }

    /** What an idle device plans on a connection that is warm. */
    int interval(Range range) {
        if (settled) {
            return Math.max(range.min, Math.min(range.top(), good - margin));
        }
        return trying > 0 ? range.clamp(trying) : candidate(range);
    }

    private int candidate(Range range) {
        int low = low(range);
        int high = high(range);
        if (high == 0) {
            return Math.min(range.max, low + Math.max(step, RESOLUTION_SECONDS));
        }
        int width = high - low;
        int split = low + Math.max((int) (width * SPLIT), Math.min(RESOLUTION_SECONDS, width / 2));
        return range.clamp(step > 0 ? Math.min(low + step, split) : split);
    }

    private int low(Range range) {
        return Math.max(good, range.min);
    }

    /** 0 where nothing was lost in the range; an alarm that rings late tries a little more than its end. */
    private int high(Range range) {
        return bad > range.max + MARGIN_SECONDS ? 0 : bad;
    }

    private void settleIfFound(Range range, long nowSeconds, int jitterSeconds) {
        int high = high(range);
        boolean found = high == 0 ? low(range) >= range.max : high - low(range) <= RESOLUTION_SECONDS;
        if (found && trying == 0) {
            settled = true;
            probeAtSeconds = nowSeconds + PROBE_SECONDS + jitterSeconds;
        }
    }

    /** A device that can't wake in time: the end of the range is tried instead of every step on the way. */
    void jump(Range range) {
        if (!settled && bad == 0 && !jumped) {
            jumped = true;
            trying = range.top();
        }
    }

    /**
     * @param late what alarms of this device ring late, seconds; 0: they are punctual
     * @return whether something was learned
     */
    boolean onAnswered(Range range, int planned, int gap, int late, long nowSeconds, int jitterSeconds) {
        if (gap >= GAP_SHARE * range.min) {
            lostAtMin = 0;
        }
        boolean asPlanned = late > 0 || Math.abs(gap - planned) <= MARGIN_SECONDS;
        if (planned != interval(range) || !asPlanned) {
            return false;
        }
        lostInRow = 0;
        earlyInRow = 0;
        if (settled) {
            return false;
        }
        good = Math.max(good, gap);
        if (bad <= good) {
            bad = 0;
        }
        if (trying > 0) {
            trying = 0;
            step = RESOLUTION_SECONDS;
        } else {
            step *= 2;
        }
        settleIfFound(range, nowSeconds, jitterSeconds);
        return true;
    }

    Verdict onLost(Range range, int planned, int gap, int late, long nowSeconds, int jitterSeconds) {
        // Later the room may have closed it: 1.5 times what was announced, and a grace.
        boolean overslept = gap > (late > 0 ? (planned + late) * 3 / 2 + 30 : planned + MARGIN_SECONDS);
        if (overslept || gap < GAP_SHARE * range.min) {
            return Verdict.NOTHING;
        }
        if (planned <= range.min && ++lostAtMin >= LOST_AT_MIN) {
            forget();
            lostAtMin = 0;
            badUntilSeconds = nowSeconds + BAD_NETWORK_FOR_SECONDS;
            return Verdict.BAD_NETWORK;
        }
        if (gap < GAP_SHARE * interval(range)) {
            return onEarly(range, gap, nowSeconds, jitterSeconds);
        }
        earlyInRow = 0;
        if (settled || gap <= low(range)) {
            lostShortest = lostInRow == 0 ? gap : Math.min(lostShortest, gap);
            if (++lostInRow < DOWN) {
                return Verdict.NOTHING;
            }
            again(lostShortest);
        } else {
            narrow(range, gap);
        }
        settleIfFound(range, nowSeconds, jitterSeconds);
        return Verdict.LEARNED;
    }

    /** Some networks reset a connection when they forget it, long before its beat. */
    private Verdict onEarly(Range range, int gap, long nowSeconds, int jitterSeconds) {
        earlyInRow = Math.abs(gap - earlyGap) <= EARLY_SPREAD_SECONDS ? earlyInRow + 1 : 1;
        earlyGap = gap;
        if (earlyInRow < EARLY_IN_ROW) {
            return Verdict.NOTHING;
        }
        earlyInRow = 0;
        if (settled || gap <= low(range)) {
            again(gap);
        } else {
            narrow(range, gap);
        }
        settleIfFound(range, nowSeconds, jitterSeconds);
        return Verdict.LEARNED;
    }

    private void narrow(Range range, int lost) {
        // A gap that can't be had between the two, since alarms ring too late for it, ends the search.
        boolean stuck = bad != 0 && lost >= bad;
        bad = stuck ? Math.min(bad, low(range) + RESOLUTION_SECONDS) : lost;
        // A start value that was too long says little of how far below the limit is: gallop towards it.
        boolean startLost = trying > 0 && good <= range.min;
        step = startLost ? RESOLUTION_SECONDS : 0;
        trying = 0;
    }

    private void again(int limit) {
        forget();
        bad = limit;
    }

    private void forget() {
        good = 0;
        bad = 0;
        step = RESOLUTION_SECONDS;
        trying = 0;
        settled = false;
        badUntilSeconds = 0;
        margin = MARGIN_SECONDS;
        lostInRow = 0;
    }
}

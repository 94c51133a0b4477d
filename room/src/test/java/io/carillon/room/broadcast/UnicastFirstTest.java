package io.carillon.room.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class UnicastFirstTest {
    private static final long REST_MAX_NS = Duration.ofMillis(250).toNanos() / 4;

    private final UnicastFirst first = new UnicastFirst(250);
    private final Object device = new Object();
    private long nowNs = -5_000_000_000L;

    /** So many, one in 8 ms; with a turn of a walk behind each it returns the last rest. */
    private long unicasts(int count, long ageMs, boolean walking) {
        long restNs = -1;
        for (int i = 0; i < count; i++) {
            nowNs += 8_000_000;
            first.onWritten(device, nowNs, ageMs, nowNs);
            first.onAcked(device, nowNs, nowNs);
            if (walking) {
                restNs = first.restNs(nowNs);
            }
        }
        return restNs;
    }

    @Test
    void nothingIsWaitedForWhereNobodyElseGetsAnything() {
        assertThat(first.restNs(nowNs)).isEqualTo(UnicastFirst.AT_ONCE_NS);
        unicasts(100, 5, false);
        nowNs += 1_100_000_000;
        assertThat(first.restNs(nowNs)).isEqualTo(UnicastFirst.AT_ONCE_NS);
    }

    @Test
    void beginsSlowlyAndIsFastSoonWhereNothingComesLater() {
        unicasts(500, 12, false);
        assertThat(first.restNs(nowNs)).isEqualTo(25_000_000);
        assertThat(unicasts(200, 12, true)).isEqualTo(UnicastFirst.AT_ONCE_NS);
    }

    @Test
    void restsUpToTheLongestWhileTheyAreLateAndNoLongerWhenTheyAreNot() {
        unicasts(500, 12, false);
        assertThat(unicasts(60, 100, true)).isEqualTo(REST_MAX_NS);
        assertThat(unicasts(1_000, 100, true)).isEqualTo(REST_MAX_NS);
        assertThat(unicasts(400, 12, true)).isEqualTo(UnicastFirst.AT_ONCE_NS);
    }

    @Test
    void whatIsSlowAlwaysIsNoReasonToRest() {
        for (int i = 0; i < 1_000; i++) {
            unicasts(1, i % 4 == 0 ? 10 : 90, false);
        }
        long restNs = 0;
        for (int i = 0; i < 200; i++) {
            restNs = unicasts(1, i % 4 == 0 ? 10 : 90, true);
        }
        assertThat(restNs).isEqualTo(UnicastFirst.AT_ONCE_NS);
    }

    @Test
    void oneThatIsStillUnderWayTellsThatItIsLate() {
        unicasts(500, 12, false);
        assertThat(unicasts(200, 12, true)).isEqualTo(UnicastFirst.AT_ONCE_NS);
        first.onWritten(device, 1, 0, nowNs);
        nowNs += 50_000_000;
        assertThat(first.restNs(nowNs)).isGreaterThan(UnicastFirst.AT_ONCE_NS);
        nowNs += 2_000_000_000;
        first.onWritten(device, 2, 0, nowNs);
        first.restNs(nowNs);
        nowNs += 1_000_000;
        assertThat(first.restNs(nowNs)).isLessThan(25_000_000);
    }

    @Test
    void devicesThatNeverAnswerAreNoReasonToRest() {
        for (int i = 0; i < 100; i++) {
            first.onWritten(new Object(), i, 0, nowNs);
            unicasts(25, 12, false);
        }
        long restNs = 0;
        for (int i = 0; i < 20; i++) {
            first.onWritten(new Object(), i, 0, nowNs);
            restNs = unicasts(25, 12, true);
        }
        assertThat(restNs).isEqualTo(UnicastFirst.AT_ONCE_NS);
    }

    @Test
    void acksOfWhatWasLoadedTellNothing() {
        unicasts(500, 12, false);
        unicasts(200, 12, true);
        for (int i = 0; i < 1_000; i++) {
            first.onAcked(device, i, nowNs);
            first.onAcked(new Object(), nowNs, nowNs);
        }
        assertThat(unicasts(1, 12, true)).isEqualTo(UnicastFirst.AT_ONCE_NS);
    }

    @Test
    void clocksThatDifferChangeNothing() {
        unicasts(500, -4_000, false);
        assertThat(unicasts(200, -4_000, true)).isEqualTo(UnicastFirst.AT_ONCE_NS);
        assertThat(unicasts(100, -3_900, true)).isEqualTo(REST_MAX_NS);
    }

    @Test
    void oneThatWasPutOffForAnHourHoldsNothingUpForLong() {
        unicasts(500, 10, false);
        unicasts(200, 10, true);
        unicasts(1, 3_600_000, true);
        assertThat(unicasts(200, 10, true)).isEqualTo(UnicastFirst.AT_ONCE_NS);
    }

    @Test
    void canBeTurnedOff() {
        UnicastFirst off = new UnicastFirst(0);
        off.onWritten(device, 1, 900, nowNs);
        off.onAcked(device, 1, nowNs);
        assertThat(off.restNs(nowNs)).isEqualTo(UnicastFirst.AT_ONCE_NS);
    }
}

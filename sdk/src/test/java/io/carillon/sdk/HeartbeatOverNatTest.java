package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Heartbeat;
import io.carillon.sdk.heartbeat.HeartbeatProfile;
import io.carillon.sdk.platform.AppState;
import io.carillon.sdk.platform.NetworkKind;
import io.carillon.sdk.platform.NetworkState;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole clients behind address translators that forget, in virtual time: what the heartbeat promises, over the whole
 * range of limits. The figures that it reports stand in ADR 0006.
 */
class HeartbeatOverNatTest {
    private static final int MIN = 45;
    private static final int MAX = 1_760;
    private static final int END = 1_740;
    private static final int FIRST_LIMIT = 75;
    private static final int LAST_LIMIT = 1_800;
    private static final int BEATS_MAX = 40;
    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
    private static final long DAY_MS = 24 * HOUR_MS;

    /** What the worst of many cases was. */
    private static final class Worst {
        int beats;
        int lost;
        int below;
        int lostToLower;
        long raisedMs;

        @Override
        public String toString() {
            return "beats to settle " + beats + ", of them lost " + lost + ", seconds below the limit " + below
                    + ", beats lost to a lower limit " + lostToLower + ", hours to a higher one "
                    + raisedMs / HOUR_MS;
        }
    }

    /** A client that nobody looks at, behind one translator. */
    private static final class Case {
        final VirtualWorld world = new VirtualWorld();
        final VirtualNat nat;

        Case(VirtualNat.Mode mode, int limitSeconds, int startSeconds, long seed) {
            nat = new VirtualNat(world, mode, limitSeconds);
            world.nat = nat;
            world.heartbeat = world.heartbeat(HeartbeatProfile.ADAPTIVE, seed);
            world.obliging = true;
            world.appState = AppState.IDLE;
            world.range = Heartbeat.newBuilder()
                    .setMinSeconds(MIN)
                    .setMaxSeconds(MAX)
                    .setStartSeconds(startSeconds)
                    .build();
        }

        Case start() {
            world.alice();
            return this;
        }

        int settled() {
            return world.heartbeat.settledSeconds(world.network.key());
        }

        int beats() {
            return world.links.stream()
                            .mapToInt(link -> (int) link.count(FrameType.PING))
                            .sum()
                    + nat.forgotten;
        }

        long disconnects() {
            return world.events.stream()
                    .filter(event -> event.startsWith("disconnected"))
                    .count();
        }

        /** The settled interval, once it is another than before; fails where it takes too long. */
        int settle(int limit) {
            for (int i = 0; settled() == 0 || settled() >= limit; i++) {
                assertThat(i).as("limit %d: never settles", limit).isLessThan(10_000);
                world.advance(10_000);
            }
            return settled();
        }

        void assertBelow(int limit, Worst worst) {
            int settled = settled();
            assertThat(settled).as("limit %d", limit).isLessThan(limit);
            if (settled != END) {
                assertThat(limit - settled)
                        .as("limit %d, settled %d", limit, settled)
                        .isLessThanOrEqualTo(100);
                worst.below = Math.max(worst.below, limit - settled);
            }
        }

        void assertQuietDay(int limit) {
            long before = disconnects();
            world.advance(DAY_MS);
            assertThat(disconnects())
                    .as("limit %d, settled %d", limit, settled())
                    .isEqualTo(before);
        }
    }

    private static void assertSettles(Case one, int limit, Worst worst) {
        one.settle(limit);
        assertThat(one.beats()).as("limit %d: beats", limit).isLessThanOrEqualTo(BEATS_MAX);
        worst.beats = Math.max(worst.beats, one.beats());
        worst.lost = Math.max(worst.lost, one.nat.forgotten);
        one.assertBelow(limit, worst);
        one.assertQuietDay(limit);
    }

    private static void report(String what, Worst worst) {
        System.getLogger(HeartbeatOverNatTest.class.getName()).log(System.Logger.Level.INFO, what + ": " + worst);
    }

    @ParameterizedTest
    @EnumSource
    void settlesCloseBelowEveryLimitAndStaysConnected(VirtualNat.Mode mode) {
        Worst worst = new Worst();
        for (int start : new int[] {0, 210, 1_500}) {
            for (int limit = FIRST_LIMIT; limit <= LAST_LIMIT; limit += 5) {
                assertSettles(new Case(mode, limit, start, limit).start(), limit, worst);
            }
        }
        report(mode + " every limit", worst);
    }

    @ParameterizedTest
    @EnumSource
    void settlesWhereAlarmsRingLateTheAppComesAndGoesAndMessagesPass(VirtualNat.Mode mode) {
        Worst worst = new Worst();
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            int limit = FIRST_LIMIT + random.nextInt(LAST_LIMIT - FIRST_LIMIT + 1);
            Case one = new Case(mode, limit, random.nextInt(3) * 500, seed);
            one.world.alarms = wantedNs -> wantedNs + TimeUnit.MILLISECONDS.toNanos(random.nextInt(2_000));
            boolean sloppy = random.nextBoolean();
            if (sloppy) {
                one.world.alarms = late(one.world, random, 18_000);
            }
            one.start();
            one.settle(limit);
            worst.beats = Math.max(worst.beats, one.beats());
            worst.lost = Math.max(worst.lost, one.nat.forgotten);
            assertThat(one.beats()).as("seed %d", seed).isLessThanOrEqualTo(BEATS_MAX);
            one.assertBelow(limit, worst);
            long before = one.disconnects();
            long endMs = one.world.nowMs() + DAY_MS;
            while (one.world.nowMs() < endMs) {
                one.world.advance(TimeUnit.SECONDS.toMillis(random.nextInt(7_200)));
                switch (random.nextInt(3)) {
                    case 0:
                        one.world.changeAppState(AppState.FRONT);
                        one.world.advance(TimeUnit.SECONDS.toMillis(random.nextInt(600)));
                        one.world.changeAppState(AppState.IDLE);
                        break;
                    case 1:
                        one.world.link().push(one.world.nowMs() + 1, "m" + (one.world.nowMs() % 100_000_000L), "text");
                        break;
                    default:
                        break;
                }
            }
            assertThat(one.disconnects()).as("seed %d, limit %d", seed, limit).isEqualTo(before);
        }
        report(mode + " random", worst);
    }

    /** Long alarms ring up to so much late; short ones, such as deadlines, are on time. */
    private static java.util.function.LongUnaryOperator late(VirtualWorld world, Random random, int lateMs) {
        return wantedNs -> TimeUnit.NANOSECONDS.toMillis(wantedNs) - world.nowMs() < 30_000
                ? wantedNs
                : wantedNs + TimeUnit.MILLISECONDS.toNanos(random.nextInt(lateMs));
    }

    @ParameterizedTest
    @EnumSource
    void findsALowerLimitWithinSixLostBeats(VirtualNat.Mode mode) {
        Worst worst = new Worst();
        int[] from = {200, 333, 590, 900, 1_300, LAST_LIMIT};
        for (int high : from) {
            for (int low = FIRST_LIMIT; low < high; low += 15) {
                Case one = new Case(mode, high, 0, low).start();
                one.settle(high);
                if (one.settled() < low) {
                    continue;
                }
                int before = one.nat.forgotten;
                one.nat.limitMs = low * 1_000L;
                one.settle(low);
                int lost = one.nat.forgotten - before;
                assertThat(lost).as("from %d to %d", high, low).isLessThanOrEqualTo(6);
                worst.lostToLower = Math.max(worst.lostToLower, lost);
                one.assertBelow(low, worst);
                one.assertQuietDay(low);
            }
        }
        report(mode + " lowered", worst);
    }

    @ParameterizedTest
    @EnumSource
    void findsAHigherLimitWithinEightDays(VirtualNat.Mode mode) {
        Worst worst = new Worst();
        int[] to = {300, 590, 1_000, 1_500, LAST_LIMIT};
        for (int high : to) {
            for (int low = FIRST_LIMIT; low + 100 < high; low += 45) {
                Case one = new Case(mode, low, 0, high + low).start();
                one.settle(low);
                one.nat.limitMs = high * 1_000L;
                long sinceMs = one.world.nowMs();
                while (one.settled() == 0 || (one.settled() < high - 100 && one.settled() != END)) {
                    one.world.advance(60_000);
                    assertThat(one.world.nowMs() - sinceMs)
                            .as("from %d to %d", low, high)
                            .isLessThanOrEqualTo(8 * DAY_MS);
                }
                worst.raisedMs = Math.max(worst.raisedMs, one.world.nowMs() - sinceMs);
                one.assertBelow(high, worst);
                one.assertQuietDay(high);
            }
        }
        report(mode + " raised", worst);
    }

    @Test
    void losesOneBeatAWeekWhereTheLimitStands() {
        Case one = new Case(VirtualNat.Mode.SILENT, 500, 0, 1).start();
        one.settle(500);
        int settled = one.settled();
        int before = one.nat.forgotten;
        one.world.advance(29 * DAY_MS);
        assertThat(one.nat.forgotten - before).isBetween(3, 4);
        assertThat(one.settled()).isEqualTo(settled);
    }

    @Test
    void keepsWhatItLearnedOverARestart() {
        Case first = new Case(VirtualNat.Mode.SILENT, 700, 0, 1).start();
        int settled = first.settle(700);
        first.world.advance(5_000);
        Case second = new Case(VirtualNat.Mode.SILENT, 700, 0, 2);
        second.world.store = first.world.store;
        second.start();
        assertThat(second.settled()).isEqualTo(settled);
        second.assertQuietDay(700);
        assertThat(second.nat.forgotten).isZero();
    }

    @Test
    void learnsEachNetworkByItself() {
        Case one = new Case(VirtualNat.Mode.SILENT, 700, 0, 1).start();
        one.settle(700);
        one.world.changeNetwork(NetworkState.of(NetworkKind.CELLULAR, "operator"));
        one.world.link().cut();
        one.nat.limitMs = 200_000;
        one.settle(200);
        one.assertBelow(200, new Worst());
        one.world.changeNetwork(NetworkState.of(NetworkKind.WIFI, "home"));
        assertThat(one.settled()).isBetween(600, 699);
    }

    @Test
    void learnsNothingFromANetworkThatIsDown() {
        Case one = new Case(VirtualNat.Mode.SILENT, LAST_LIMIT, 0, 1).start();
        one.settle(LAST_LIMIT);
        int settled = one.settled();
        for (int i = 0; i < 20; i++) {
            one.world.advance(HOUR_MS);
            one.world.plan = VirtualWorld.FakeLink::refuse;
            one.nat.limitMs = 0;
            one.world.advance(2 * HOUR_MS);
            one.world.plan = VirtualWorld.FakeLink::open;
            one.nat.limitMs = LAST_LIMIT * 1_000L;
        }
        assertThat(one.settled()).isEqualTo(settled);
    }

    @Test
    void settlesOnADeviceThatBatchesItsAlarms() {
        for (int batch : new int[] {60, 180, 300}) {
            for (int limit = batch + 60; limit <= LAST_LIMIT; limit += 60) {
                Case one = new Case(VirtualNat.Mode.SILENT, limit, 0, 1);
                long batchNs = TimeUnit.SECONDS.toNanos(batch);
                one.world.alarms = wantedNs -> TimeUnit.NANOSECONDS.toMillis(wantedNs) - one.world.nowMs() < 30_000
                        ? wantedNs
                        : (wantedNs + batchNs - 1) / batchNs * batchNs;
                one.start();
                one.settle(limit);
                assertThat(one.beats()).as("batch %d, limit %d", batch, limit).isLessThanOrEqualTo(BEATS_MAX);
                // Where its alarms happened to ring in time it is found out late.
                long before = one.disconnects();
                one.world.advance(DAY_MS);
                assertThat(one.disconnects() - before)
                        .as("batch %d, limit %d", batch, limit)
                        .isLessThanOrEqualTo(6);
                one.assertQuietDay(limit);
            }
        }
    }

    @Test
    void beatsEveryMinuteInTheFastProfile() {
        Case one = new Case(VirtualNat.Mode.SILENT, FIRST_LIMIT, 0, 1);
        one.world.heartbeat = one.world.heartbeat(HeartbeatProfile.FAST, 1);
        one.start();
        one.world.advance(10_000);
        int before = one.beats();
        one.world.advance(HOUR_MS);
        assertThat(one.beats() - before).isBetween(58, 61);
        assertThat(one.nat.forgotten).isZero();
        one.world.obliging = false;
        one.world.advance(65_001);
        assertThat(one.disconnects()).isEqualTo(1);
    }
}

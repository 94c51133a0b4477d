package io.carillon.sdk.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.sdk.platform.AppState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdaptiveHeartbeatTest {
    private static final String HOME = "wifi:home";
    private static final int WARM = 3;
    private static final long DAY = 24 * 3600;

    private long nowSeconds = 1_800_000_000L;
    private final List<String> told = new ArrayList<>();
    private AdaptiveHeartbeat heartbeat = heartbeat(HeartbeatProfile.ADAPTIVE);

    private AdaptiveHeartbeat heartbeat(HeartbeatProfile profile) {
        AdaptiveHeartbeat made = new AdaptiveHeartbeat(profile, () -> nowSeconds, new Random(1));
        made.listen(new HeartbeatPolicy.Listener() {
            @Override
            public void onLearned() {
                told.add("learned");
            }

            @Override
            public void onBadNetwork(String networkKey) {
                told.add("bad " + networkKey);
            }
        });
        return made;
    }

    private int next() {
        return heartbeat.nextSeconds(HOME, AppState.IDLE, WARM);
    }

    /** A network that forgets an idle connection after so many seconds, until the heartbeat has settled. */
    private int settle(int limit) {
        for (int i = 0; heartbeat.settledSeconds(HOME) == 0; i++) {
            assertThat(i).isLessThan(40);
            int planned = next();
            nowSeconds += planned;
            if (planned < limit) {
                heartbeat.onAnswered(HOME, planned, planned);
            } else {
                heartbeat.onLost(HOME, planned, planned);
            }
        }
        return heartbeat.settledSeconds(HOME);
    }

    @Test
    void beatsAtTheMinimumWhileTheAppIsUsedOrTheConnectionIsYoung() {
        settle(10_000);
        assertThat(heartbeat.nextSeconds(HOME, AppState.FRONT, WARM)).isEqualTo(210);
        assertThat(heartbeat.nextSeconds(HOME, AppState.ACTIVE_BEHIND, WARM)).isEqualTo(210);
        assertThat(heartbeat.nextSeconds(HOME, AppState.IDLE, 2)).isEqualTo(210);
        assertThat(next()).isEqualTo(570);
    }

    @Test
    void settlesAtTheEndOfTheRangeLessAMarginWhereNothingIsLost() {
        assertThat(settle(10_000)).isEqualTo(570);
        heartbeat.onRange(HOME, 45, 1_760, 0);
        assertThat(next()).as("the range is wider").isGreaterThan(590);
        assertThat(settle(10_000)).isEqualTo(1_740);
    }

    @Test
    void beginsWithTheStartValueOnANetworkOfWhichNothingIsKnown() {
        heartbeat.onRange(HOME, 45, 1_760, 900);
        assertThat(next()).isEqualTo(900);
        assertThat(settle(950)).isBetween(850, 949);
        heartbeat.onRange(HOME, 45, 1_760, 300);
        assertThat(next()).isGreaterThan(800);
    }

    @Test
    void promisesWhatFollowsAnAnswerBeforeItKnowsOfOne() {
        int first = next();
        assertThat(first).isEqualTo(285);
        int promised = heartbeat.nextSeconds(HOME, AppState.IDLE, WARM, first, first);
        assertThat(promised).isGreaterThan(first);
        assertThat(next()).as("nothing learned by asking").isEqualTo(first);
        heartbeat.onAnswered(HOME, first, first);
        assertThat(next()).isEqualTo(promised);
    }

    @Test
    void ignoresSamplesThatSayNothing() {
        int planned = next();
        for (int gap : new int[] {0, 20, planned - 21, planned + 21, planned * 3}) {
            heartbeat.onAnswered(HOME, planned, gap);
            assertThat(next()).as("answered after %d", gap).isEqualTo(planned);
        }
        heartbeat.onAnswered(HOME, 210, 210);
        assertThat(next()).as("another plan").isEqualTo(planned);
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            heartbeat.onLost(HOME, planned, i % 2 == 0 ? random.nextInt(planned * 9 / 10) : planned * 2 + i);
        }
        assertThat(next()).as("lost early, or asleep").isEqualTo(planned);
        assertThat(told).isEmpty();
    }

    @Test
    void givesUpWhatWasProvenOnlyAfterTwoLossesInARow() {
        int settled = settle(10_000);
        for (int i = 0; i < 5; i++) {
            heartbeat.onLost(HOME, settled, settled);
            assertThat(next()).isEqualTo(settled);
            heartbeat.onAnswered(HOME, settled, settled);
        }
        heartbeat.onLost(HOME, settled, settled);
        heartbeat.onLost(HOME, settled, settled);
        assertThat(next()).isLessThan(settled);
    }

    @Test
    void believesThreeResetsInARowAtTheSameIdleTime() {
        heartbeat.onRange(HOME, 45, 1_760, 0);
        int settled = settle(10_000);
        heartbeat.onLost(HOME, settled, 401);
        heartbeat.onLost(HOME, settled, 403);
        assertThat(next()).isEqualTo(settled);
        heartbeat.onLost(HOME, settled, 402);
        assertThat(settle(401)).isBetween(301, 400);
    }

    @Test
    void beatsFasterForADayWhereTheMinimumFails() {
        for (int i = 0; i < 6; i++) {
            assertThat(told).doesNotContain("bad " + HOME);
            heartbeat.onLost(HOME, 210, 210);
        }
        assertThat(told).contains("bad " + HOME);
        assertThat(next()).isEqualTo(100);
        assertThat(heartbeat.nextSeconds(HOME, AppState.FRONT, 0)).isEqualTo(100);
        assertThat(heartbeat.nextSeconds("wifi:other", AppState.FRONT, 0)).isEqualTo(210);
        AdaptiveHeartbeat again = heartbeat(HeartbeatProfile.ADAPTIVE);
        again.restore(heartbeat.save());
        assertThat(again.nextSeconds(HOME, AppState.IDLE, WARM)).isEqualTo(100);
        nowSeconds += DAY;
        assertThat(heartbeat.nextSeconds(HOME, AppState.IDLE, 0)).isEqualTo(210);
    }

    @Test
    void takesTheNetworkForGoodAgainWithOneAnswerAtTheMinimum() {
        for (int i = 0; i < 20; i++) {
            heartbeat.onLost(HOME, 210, 210);
            if (i % 5 == 4) {
                heartbeat.onAnswered(HOME, 210, 210);
            }
        }
        assertThat(told).doesNotContain("bad " + HOME);
    }

    @Test
    void probesAgainAfterSevenDays() {
        settle(450);
        int settled = next();
        nowSeconds += 7 * DAY - 2 * 3600;
        assertThat(next()).isEqualTo(settled);
        nowSeconds += 9 * 3600;
        int probe = next();
        assertThat(probe).isGreaterThan(settled);
        heartbeat.onLost(HOME, probe, probe);
        assertThat(next()).as("nothing changed").isEqualTo(settled);
    }

    @Test
    void livesWithAWallClockThatIsSet() {
        settle(450);
        int settled = next();
        nowSeconds -= 400 * DAY;
        assertThat(next()).isEqualTo(settled);
        nowSeconds += 8 * DAY;
        assertThat(next()).as("no wait is longer than it was").isGreaterThan(settled);
    }

    @Test
    void jumpsToTheEndWhereAlarmsRingLate() {
        heartbeat.onRange(HOME, 45, 1_760, 0);
        heartbeat.onAlarm(HOME, 200);
        assertThat(next()).isEqualTo(120);
        heartbeat.onAlarm(HOME, 240);
        assertThat(next()).isEqualTo(1_740);
        assertThat(heartbeat.announcedSeconds(300)).isEqualTo(540);
        heartbeat.onAnswered(HOME, 1_740, 1_980);
        assertThat(heartbeat.settledSeconds(HOME))
                .as("as far below as the next one may be late")
                .isEqualTo(1_620);
    }

    @Test
    void staysInTheRangeOfTheServer() {
        heartbeat.onRange(HOME, 45, 120, 60);
        assertThat(heartbeat.nextSeconds(HOME, AppState.FRONT, 0)).isEqualTo(45);
        assertThat(settle(10_000)).isEqualTo(100);
        heartbeat.onRange(HOME, 0, 0, 0);
        heartbeat.onRange(HOME, 500, 100, 0);
        assertThat(heartbeat.nextSeconds(HOME, AppState.FRONT, 0)).isEqualTo(45);
        heartbeat.onRange(HOME, 1, 1_000_000, 0);
        assertThat(heartbeat.nextSeconds(HOME, AppState.FRONT, 0)).isEqualTo(45);
        assertThat(settle(10_000)).isLessThanOrEqualTo(1_740);
    }

    @Test
    void beatsEveryMinuteInTheFastProfileAndFasterWhereThatFails() {
        heartbeat = heartbeat(HeartbeatProfile.FAST);
        assertThat(heartbeat.replyMs()).isEqualTo(5_000);
        for (AppState state : AppState.values()) {
            assertThat(heartbeat.nextSeconds(HOME, state, 0)).isEqualTo(60);
        }
        heartbeat.onAnswered(HOME, 60, 60);
        assertThat(heartbeat.settledSeconds(HOME)).as("no news for others").isZero();
        for (int i = 0; i < 6; i++) {
            heartbeat.onLost(HOME, 60, 60);
        }
        assertThat(next()).isEqualTo(45);
        nowSeconds += DAY;
        assertThat(next()).isEqualTo(60);
    }

    @Test
    void remembersTheTwentyNetworksUsedLast() {
        settle(450);
        int settled = next();
        byte[] before = heartbeat.save();
        for (int i = 0; i < 19; i++) {
            heartbeat.nextSeconds("wifi:" + i, AppState.IDLE, 0);
        }
        assertThat(heartbeat.settledSeconds(HOME)).isEqualTo(settled);
        for (int i = 19; i < 40; i++) {
            heartbeat.nextSeconds("wifi:" + i, AppState.IDLE, 0);
        }
        assertThat(heartbeat.settledSeconds(HOME)).isZero();
        assertThat(heartbeat.save().length).isLessThan(20 * 50);
        heartbeat = heartbeat(HeartbeatProfile.ADAPTIVE);
        heartbeat.restore(before);
        assertThat(heartbeat.settledSeconds(HOME)).isEqualTo(settled);
    }

    @Test
    void readsWhatItWroteAndSurvivesWhatItDidNot() {
        settle(450);
        int settled = next();
        byte[] saved = heartbeat.save();
        AdaptiveHeartbeat again = heartbeat(HeartbeatProfile.ADAPTIVE);
        again.restore(saved);
        assertThat(again.nextSeconds(HOME, AppState.IDLE, WARM)).isEqualTo(settled);
        assertThat(again.save()).isEqualTo(saved);
        Random random = new Random(2);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = Arrays.copyOf(saved, random.nextInt(saved.length + 1));
            if (damaged.length > 0) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            heartbeat = heartbeat(HeartbeatProfile.ADAPTIVE);
            heartbeat.restore(damaged);
            for (int beat = 0; beat < 10; beat++) {
                int planned = next();
                assertThat(planned).isBetween(100, 590);
                heartbeat.onAnswered(HOME, planned, planned);
            }
        }
        heartbeat.restore(null);
    }
}

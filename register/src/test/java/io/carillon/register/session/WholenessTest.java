package io.carillon.register.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.runtime.bucket.Buckets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WholenessTest {
    private final Fleet fleet = new Fleet();

    @Test
    void aNewProcessKnowsNoBucketWhole() {
        assertThat(fleet.presence("u")).isEqualTo("unknown");
        fleet.roster.onListed(Set.of());
        assertThat(fleet.presence("u")).as("no rooms is no evidence").isEqualTo("unknown");
    }

    @Test
    void isWholeOnceEveryListedRoomHasSentIt() {
        fleet.roster.onListed(Set.of("a", "b"));
        fleet.reportAsHeld(fleet.room("a", 1));
        assertThat(fleet.presence("u")).as("b has said nothing").isEqualTo("unknown");
        fleet.reportAsHeld(fleet.room("b", 1));
        assertThat(fleet.presence("u")).isEqualTo("offline");
        assertThat(fleet.roster.wholeCount()).isEqualTo(Buckets.COUNT);
    }

    @Test
    void onlyBucketsInTheBitmapAreWhole() {
        RoomLife a = fleet.room("a", 1);
        BucketSet one = BucketSet.none();
        one.add(Buckets.of("app", "u"));
        fleet.sessions.compare(a, one, new BucketDigests());
        assertThat(fleet.presence("u")).isEqualTo("offline");
        assertThat(fleet.roster.wholeCount()).isEqualTo(1);
        fleet.sessions.compare(a, BucketSet.none(), new BucketDigests());
        assertThat(fleet.presence("u")).as("the last bitmap counts").isEqualTo("unknown");
    }

    @Test
    void aHitIsOnlineInABucketThatIsNotWhole() {
        fleet.login(fleet.room("a", 1), "u", 1, "", 0);
        assertThat(fleet.presence("u")).isEqualTo("a/1 1");
    }

    @Test
    void aBitmapOlderThanThirtySecondsCountsNoMore() {
        fleet.reportAsHeld(fleet.room("a", 1));
        fleet.clock.advance(Duration.ofSeconds(29));
        assertThat(fleet.presence("u")).isEqualTo("offline");
        fleet.clock.advance(Duration.ofSeconds(1));
        assertThat(fleet.presence("u")).isEqualTo("unknown");
        assertThat(fleet.roster.wholeCount()).isZero();
    }

    @Test
    void aRoomThatComesMakesNothingWholeUntilItReports() {
        fleet.roster.onListed(Set.of("a"));
        fleet.reportAsHeld(fleet.room("a", 1));
        fleet.roster.onListed(Set.of("a", "b"));
        assertThat(fleet.presence("u")).isEqualTo("unknown");
        fleet.reportAsHeld(fleet.room("b", 1));
        assertThat(fleet.presence("u")).isEqualTo("offline");
    }

    @Test
    void aRoomThatIsGoneIsWaitedForNoLonger() {
        fleet.roster.onListed(Set.of("a", "b"));
        fleet.reportAsHeld(fleet.room("a", 1));
        fleet.roster.onListed(Set.of("a"));
        assertThat(fleet.presence("u")).isEqualTo("offline");
    }

    @Test
    void aDifferenceMakesTheRoomSendTheBucketAgain() {
        RoomLife a = fleet.room("a", 1);
        fleet.login(a, "u", 1, "", 0);
        int bucket = Buckets.of("app", "u");
        assertThat(fleet.report(a, "u", 1)).isEmpty();
        fleet.clock.advance(Duration.ofSeconds(10));
        assertThat(fleet.report(a, "u", 2)).containsExactly(bucket);
        assertThat(fleet.sessions.lookup("app", "somebody-else")).isEqualTo(Presence.OFFLINE);
        assertThat(fleet.roster.whole(bucket)).isFalse();
        assertThat(fleet.presence("u")).as("what is there stays, marked").isEqualTo("a/1 1");
    }

    @Test
    void whatTheRoomDoesNotNameAgainGoesAtTheNextDifference() {
        RoomLife a = fleet.room("a", 1);
        fleet.login(a, "u", 1, "", 0);
        fleet.report(a, "u", 1);
        fleet.clock.advance(Duration.ofSeconds(10));
        assertThat(fleet.report(a)).as("its goodbye was lost").hasSize(1);
        assertThat(fleet.report(a)).as("sent again: nothing").isEmpty();
        assertThat(fleet.presence("u")).isEqualTo("offline");
        assertThat(fleet.sessions.size()).isZero();
    }

    @Test
    void whatTheRoomNamesAgainStays() {
        RoomLife a = fleet.room("a", 1);
        fleet.login(a, "u", 1, "", 0);
        fleet.report(a, "u", 1);
        fleet.clock.advance(Duration.ofSeconds(10));
        fleet.report(a, "u", 1, "u", 99);
        fleet.login(a, "u", 1, "", 10_000);
        assertThat(fleet.report(a, "u", 1, "u", 99)).as("still different").hasSize(1);
        assertThat(fleet.presence("u")).isEqualTo("a/1 1");
        assertThat(fleet.report(a, "u", 1)).isEmpty();
    }

    @Test
    void aReportThatOvertakesRegistrationsIsGivenTwoSeconds() {
        RoomLife a = fleet.room("a", 1);
        fleet.report(a);
        fleet.login(a, "u", 1, "", 0);
        int bucket = Buckets.of("app", "u");
        assertThat(fleet.report(a)).as("changed just now").isEmpty();
        assertThat(fleet.roster.whole(bucket)).isTrue();
        fleet.clock.advance(Duration.ofMillis(1_500));
        fleet.sessions.unregister(a, "app", "u", 1);
        fleet.login(a, "u", 2, "", 0);
        fleet.clock.advance(Duration.ofMillis(600));
        assertThat(fleet.report(a)).as("busy, but for too long").containsExactly(bucket);
        assertThat(fleet.roster.whole(bucket)).isFalse();
    }

    @Test
    void emptiesABucketThatIsOwnedElsewhereForLong() {
        RoomLife a = fleet.room("a", 1);
        fleet.login(a, "u", 1, "", 0);
        fleet.clock.advance(Duration.ofMillis(Sessions.UNCLAIMED_MS - 1));
        fleet.sessions.dropUnclaimed();
        assertThat(fleet.sessions.size()).isEqualTo(1);
        fleet.clock.advance(Duration.ofMillis(1));
        fleet.sessions.dropUnclaimed();
        assertThat(fleet.sessions.size()).isZero();
        assertThat(fleet.report(a)).isEmpty();
    }

    @Test
    void aClaimedBucketIsKeptHoweverQuiet() {
        RoomLife a = fleet.room("a", 1);
        fleet.login(a, "u", 1, "", 0);
        fleet.clock.advance(Duration.ofHours(1));
        fleet.report(a, "u", 1);
        fleet.sessions.dropUnclaimed();
        assertThat(fleet.sessions.size()).isEqualTo(1);
    }
}

package io.carillon.register.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.runtime.bucket.Buckets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RosterTest {
    private final Fleet fleet = new Fleet();

    @Test
    void entriesGoWhenTheLifeIsGoneForCertain() {
        RoomLife a = listedConnectedWithUser("a");
        fleet.roster.onListed(Set.of());
        assertThat(fleet.presence("u")).as("unlisted alone says nothing").isEqualTo("a/1 1");
        fleet.roster.onGone("a", 1);
        assertThat(fleet.presence("u")).isEqualTo("unknown");
        assertThat(fleet.over).containsExactly(a);
    }

    @Test
    void theEndOfAnEarlierLifeDoesNotTouchTheOneThatSpeaks() {
        listedConnectedWithUser("a");
        fleet.roster.onGone("a", 0);
        assertThat(fleet.presence("u")).isEqualTo("a/1 1");
    }

    @Test
    void aDeadRoomIsNotWaitedForWhileDiscoveryStillListsIt() {
        listedConnectedWithUser("a");
        fleet.roster.onListed(Set.of("a", "b"));
        fleet.reportAsHeld(fleet.room("a", 1));
        fleet.reportAsHeld(fleet.room("b", 1));
        fleet.roster.onGone("a", 1);
        fleet.roster.onListed(Set.of("a", "b"));
        assertThat(fleet.presence("u")).as("a is dead and holds nobody").isEqualTo("offline");
        fleet.roster.onUp("a", 2);
        assertThat(fleet.presence("u")).as("its next life has said nothing").isEqualTo("unknown");
    }

    @Test
    void entriesGoWhenAnotherIncarnationAnswersTheHello() {
        RoomLife first = listedConnectedWithUser("a");
        fleet.roster.onUp("a", 2);
        assertThat(fleet.presence("u")).isEqualTo("unknown");
        assertThat(fleet.over).containsExactly(first);
        assertThat(fleet.roster.heard("a", 1)).as("a late request of the dead").isNull();
        assertThat(fleet.roster.heard("a", 2)).isNotNull();
    }

    @Test
    void entriesGoWhenAnotherIncarnationSpeaks() {
        listedConnectedWithUser("a");
        RoomLife second = fleet.room("a", 2);
        assertThat(fleet.presence("u")).isEqualTo("unknown");
        assertThat(fleet.login(second, "u", 1, "", 0)).isInstanceOf(Registration.Stands.class);
        assertThat(fleet.presence("u")).isEqualTo("a/2 1");
        assertThat(fleet.replaced)
                .as("nobody is told of the dead one's session")
                .isEmpty();
    }

    @Test
    void takingADeadLifesEntriesOutLeavesTheOthers() {
        RoomLife first = listedConnectedWithUser("a");
        for (int i = 0; i < 1_000; i++) {
            fleet.login(first, "first-" + i, i, "", 0);
        }
        RoomLife second = fleet.room("a", 2);
        for (int i = 0; i < 1_000; i++) {
            fleet.login(second, "second-" + i, i, "", 0);
        }
        fleet.sessions.takeOut(first);
        assertThat(fleet.sessions.size()).isEqualTo(1_000);
        assertThat(fleet.presence("second-7")).isEqualTo("a/2 7");
        assertThat(fleet.report(second))
                .as("only buckets with its own sessions differ")
                .hasSizeLessThan(1_000);
    }

    @Test
    void aRegistrationOfALifeThatEndedMeanwhileIsRefused() {
        RoomLife first = listedConnectedWithUser("a");
        fleet.room("a", 2);
        assertThat(fleet.login(first, "v", 2, "", 0)).isEqualTo(Registration.REFUSED);
        fleet.sessions.takeOut(first);
        assertThat(fleet.sessions.size()).isZero();
    }

    @Test
    void aRoomWhoseEntriesWereDroppedByMistakeIsToldToRegisterAllAgain() {
        listedConnectedWithUser("a");
        fleet.roster.onGone("a", 1);
        RoomLife back = fleet.room("a", 1);
        assertThat(fleet.report(back, "u", 1)).containsExactly(Buckets.of("app", "u"));
        assertThat(fleet.presence("u")).isEqualTo("unknown");
        fleet.login(back, "u", 1, "", 0);
        assertThat(fleet.report(back, "u", 1)).isEmpty();
        assertThat(fleet.presence("u")).isEqualTo("a/1 1");
        assertThat(fleet.presence("nobody")).isEqualTo("offline");
    }

    @Test
    void aRoomThatOnlyTalksCountsUntilItIsSilentForThirtySeconds() {
        fleet.login(fleet.room("a", 1), "u", 1, "", 0);
        fleet.clock.advance(Duration.ofSeconds(30));
        fleet.roster.tick();
        assertThat(fleet.presence("u")).isEqualTo("a/1 1");
        fleet.clock.advance(Duration.ofMillis(1));
        fleet.roster.tick();
        assertThat(fleet.presence("u")).isEqualTo("unknown");
    }

    @Test
    void numbersOfLivesAreUsedAgain() {
        for (int i = 1; i <= 100; i++) {
            fleet.room("a", i);
            fleet.over.forEach(fleet.sessions::takeOut);
            fleet.over.clear();
        }
        assertThat(fleet.room("a", 101).number).isLessThan(3);
    }

    private RoomLife listedConnectedWithUser(String room) {
        fleet.roster.onListed(Set.of(room));
        fleet.roster.onUp(room, 1);
        RoomLife life = fleet.room(room, 1);
        fleet.login(life, "u", 1, "", 0);
        return life;
    }
}

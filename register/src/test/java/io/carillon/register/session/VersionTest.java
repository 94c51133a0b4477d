package io.carillon.register.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class VersionTest {
    private final Fleet fleet = new Fleet();
    private final RoomLife a = fleet.room("room-a", 1);
    private final RoomLife b = fleet.room("room-b", 1);

    @Test
    void theNewestLoginWinsWhateverArrivesFirst() {
        assertThat(fleet.login(b, "u", 2, "tablet", 100)).isInstanceOf(Registration.Stands.class);
        assertThat(fleet.login(a, "u", 1, "phone", 5_000))
                .isEqualTo(new Registration.Superseded(fleet.clock.micros() - 100_000, "tablet"));
        assertThat(fleet.presence("u")).isEqualTo("room-b/1 2");
        assertThat(fleet.replaced).isEmpty();
    }

    @Test
    void aTakeoverByAnotherDeviceTellsTheReplacedRoom() {
        fleet.login(a, "u", 1, "phone", 5_000);
        fleet.login(b, "u", 2, "tablet", 0);
        assertThat(fleet.presence("u")).isEqualTo("room-b/1 2");
        assertThat(fleet.replaced).containsExactly("room-a/1 u 1 tablet false");
        assertThat(fleet.sessions.size()).isEqualTo(1);
        assertThat(fleet.sessions.replacedCount()).isEqualTo(1);
    }

    @Test
    void theSameDeviceOnAnotherRoomIsAMove() {
        fleet.login(a, "u", 1, "phone", 5_000);
        fleet.login(b, "u", 2, "phone", 0);
        assertThat(fleet.replaced).containsExactly("room-a/1 u 1 phone true");
    }

    @Test
    void withoutADeviceIdNothingIsAMove() {
        fleet.login(a, "u", 1, "", 5_000);
        fleet.login(b, "u", 2, "", 0);
        assertThat(fleet.replaced).containsExactly("room-a/1 u 1  false");
    }

    @Test
    void aNewConnectionOnTheSameRoomReplacesTheOld() {
        fleet.login(a, "u", 1, "phone", 5_000);
        fleet.login(a, "u", 2, "phone", 0);
        assertThat(fleet.presence("u")).isEqualTo("room-a/1 2");
        assertThat(fleet.replaced).containsExactly("room-a/1 u 1 phone true");
    }

    @Test
    void ofTwoAtTheSameMomentTheSameWinsInBothOrders() {
        fleet.login(a, "u", 9, "x", 0);
        fleet.login(b, "u", 2, "y", 0);
        fleet.login(b, "v", 2, "y", 0);
        fleet.login(a, "v", 9, "x", 0);
        assertThat(fleet.presence("u")).isEqualTo("room-a/1 9");
        assertThat(fleet.presence("v")).isEqualTo("room-a/1 9");

        fleet.login(a, "w", 5, "x", 0);
        fleet.login(b, "w", 5, "y", 0);
        assertThat(fleet.presence("w")).isEqualTo("room-b/1 5");
    }

    @Test
    void theSameConnectionReportedAgainKeepsItsVersion() {
        Registration first = fleet.login(a, "u", 1, "phone", 0);
        fleet.clock.advance(Duration.ofSeconds(10));
        assertThat(fleet.login(a, "u", 1, "phone", 9_000)).isEqualTo(first);
        assertThat(fleet.replaced).isEmpty();
    }

    @Test
    void aWinnersVersionIsAboveTheOneItReplaces() {
        Registration.Stands first = (Registration.Stands) fleet.login(a, "u", 1, "x", 0);
        Registration.Stands second = (Registration.Stands) fleet.login(b, "u", 2, "y", 0);
        assertThat(second.version()).isGreaterThan(first.version());
    }

    @Test
    void aLateGoodbyeNeverRemovesANewerLogin() {
        fleet.login(a, "u", 1, "phone", 5_000);
        fleet.login(b, "u", 2, "phone", 0);
        fleet.sessions.unregister(a, "app", "u", 1);
        assertThat(fleet.presence("u")).isEqualTo("room-b/1 2");

        fleet.sessions.unregister(a, "app", "u", 2);
        assertThat(fleet.presence("u"))
                .as("another room's connection of the same id")
                .isEqualTo("room-b/1 2");

        fleet.sessions.unregister(b, "app", "u", 2);
        assertThat(fleet.presence("u")).isEqualTo("unknown");
        assertThat(fleet.sessions.size()).isZero();
    }

    @Test
    void unregisteringWhatWasNeverThereDoesNothing() {
        fleet.sessions.unregister(a, "no-such-app", "u", 1);
        fleet.login(a, "other", 1, "", 0);
        fleet.sessions.unregister(a, "app", "u", 1);
        assertThat(fleet.sessions.size()).isEqualTo(1);
    }

    @Test
    void refusesNewUsersWhenFullAndStillTakesMoves() {
        Fleet small = new Fleet(1);
        RoomLife room = small.room("r", 1);
        assertThat(small.login(room, "u", 1, "phone", 10)).isInstanceOf(Registration.Stands.class);
        assertThat(small.login(room, "v", 2, "phone", 0)).isEqualTo(Registration.REFUSED);
        assertThat(small.login(room, "u", 3, "phone", 0)).isInstanceOf(Registration.Stands.class);
        assertThat(small.sessions.size()).isEqualTo(1);
    }

    @Test
    void takesNothingWhileStopping() {
        fleet.sessions.stop();
        assertThat(fleet.login(a, "u", 1, "phone", 0)).isEqualTo(Registration.REFUSED);
    }
}

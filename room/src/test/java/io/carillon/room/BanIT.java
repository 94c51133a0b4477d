package io.carillon.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.contract.KickEntry;
import io.carillon.contract.KickRequest;
import io.carillon.contract.SessionEntry;
import io.carillon.contract.UserKey;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.Kicked;
import io.carillon.runtime.contract.RoomMethods;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Bans and kicks over real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BanIT {
    private static final long HOUR_MS = 3_600_000;

    @SuppressWarnings("NullAway.Init")
    private RunningRoom running;

    @SuppressWarnings("NullAway.Init")
    private FakeFleet fleet;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        running = new RunningRoom(directory, "listeners:\n  - bind: 127.0.0.1:0\n");
        fleet = running.fleet;
    }

    @AfterAll
    void stop() throws Exception {
        running.stop();
    }

    private TestClient client() throws Exception {
        return TestClient.to(running.port(0));
    }

    private BindOutcome tryToLogIn(String user) throws Exception {
        try (TestClient client = client()) {
            return client.login("device-1", TestTokens.of("demo", user)).getBindings(0);
        }
    }

    private SessionEntry registered(String user) {
        await().until(() -> fleet.sessions.containsKey(user));
        return Objects.requireNonNull(fleet.sessions.get(user));
    }

    private boolean kick(long incarnation, SessionEntry session, String user, String reason, boolean banned) {
        return running.center
                .call(
                        RoomMethods.KICK,
                        KickRequest.newBuilder()
                                .setIncarnation(incarnation)
                                .addEntries(KickEntry.newBuilder()
                                        .setUser(UserKey.newBuilder()
                                                .setApp("demo")
                                                .setUser(user))
                                        .setConnectionId(session.getConnectionId())
                                        .setReason(reason)
                                        .setBanned(banned))
                                .build(),
                        Duration.ofSeconds(60))
                .join()
                .getEnded(0);
    }

    @Test
    void refusesABannedUserUntilTheBanIsLifted() throws Exception {
        fleet.ban("refused", HOUR_MS, "rude");
        await().untilAsserted(() -> assertThat(tryToLogIn("refused").getCode()).isEqualTo(ProtocolCode.BANNED.wire()));
        assertThat(tryToLogIn("refused").getText()).isEqualTo("rude");
        assertThat(tryToLogIn("another").getCode()).isZero();

        fleet.ban("refused", 0, "");
        await().untilAsserted(() -> assertThat(tryToLogIn("refused").getCode()).isZero());
    }

    @Test
    void endsALiveSessionWhenItsBanArrives() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "lively"), TestTokens.of("other", "lively"));
            registered("lively");

            fleet.ban("lively", HOUR_MS, "spam");

            Kicked kicked = Kicked.parseFrom(client.expect(FrameType.KICKED));
            assertThat(kicked.getBinding()).isZero();
            assertThat(kicked.getCode()).isEqualTo(ProtocolCode.BANNED.wire());
            assertThat(kicked.getReason()).isEqualTo("spam");
            client.send(FrameType.PING, new byte[0]);
            client.expect(FrameType.PONG);
        }
    }

    @Test
    void endsABindingOnTheBusinesssWordAndTheConnectionWithItsLast() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "kicked"));
            SessionEntry session = registered("kicked");
            long incarnation = running.runtime.identity().incarnation();

            assertThat(kick(incarnation + 1, session, "kicked", "", false)).isFalse();
            assertThat(kick(incarnation, session, "somebody else", "", false)).isFalse();
            assertThat(kick(incarnation, session, "kicked", "logged out", false))
                    .isTrue();

            Kicked kicked = Kicked.parseFrom(client.expect(FrameType.KICKED));
            assertThat(kicked.getCode()).isEqualTo(ProtocolCode.KICKED.wire());
            assertThat(kicked.getReason()).isEqualTo("logged out");
            assertThat(client.expectError().getCode()).isEqualTo(ProtocolCode.NO_BINDINGS.wire());
            await().until(() -> !fleet.sessions.containsKey("kicked"));
            assertThat(kick(incarnation, session, "kicked", "", false))
                    .as("a repetition")
                    .isFalse();
        }
        assertThat(tryToLogIn("kicked").getCode()).as("not banned").isZero();
    }
}

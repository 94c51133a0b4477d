package io.carillon.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.ReplacedEntry;
import io.carillon.contract.ReplacedRequest;
import io.carillon.contract.SessionEntry;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.FlickerHandle;
import io.carillon.runtime.contract.RoomMethods;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients that lose their socket and come right back, over real sockets and both event loops. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlickerIT {
    private static final Duration RPC_TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private RunningRoom running;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private FakeFleet fleet;

    @BeforeAll
    void start() throws Exception {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        running = new RunningRoom(directory, "listeners:\n  - bind: 127.0.0.1:0\n");
        fleet = running.fleet;
    }

    @AfterAll
    void stop() throws Exception {
        running.stop();
    }

    private SessionEntry registered(String user) {
        await().until(() -> fleet.sessions.containsKey(user));
        return Objects.requireNonNull(fleet.sessions.get(user));
    }

    private DeliverOutcome deliver(SessionEntry session, long seq) {
        DeliverEntry entry = DeliverEntry.newBuilder()
                .setApp(session.getApp())
                .setUser(session.getUser())
                .setConnectionId(session.getConnectionId())
                .setSeq(seq)
                .setMessageId(FakeFleet.messageId(seq))
                .setPayload(ByteString.copyFromUtf8("message " + seq))
                .build();
        return running.center
                .call(
                        RoomMethods.DELIVER,
                        DeliverRequest.newBuilder()
                                .setIncarnation(running.runtime.identity().incarnation())
                                .addEntries(entry)
                                .build(),
                        RPC_TIMEOUT)
                .join()
                .getOutcomes(0);
    }

    private static Connect back(Connected before, String device, String... tokens) {
        return TestClient.connectOf(device, tokens)
                .setResume(FlickerHandle.newBuilder()
                        .setConnectionId(before.getConnectionId())
                        .setSecret(before.getSecret()))
                .build();
    }

    private Connected comeBack(TestClient client, Connected before, String device, String token) throws Exception {
        client.send(FrameType.CONNECT, back(before, device, token));
        return Connected.parseFrom(client.expect(FrameType.CONNECTED));
    }

    /** Logged in, registered and past its first load. */
    private Connected settled(TestClient client, String user) throws Exception {
        Connected connected = client.login("device-" + user, TestTokens.of("demo", user));
        SessionEntry session = registered(user);
        await().until(() -> deliver(session, 1) == DeliverOutcome.DELIVER_OUTCOME_WRITTEN);
        assertThat(client.expectPush().seq()).isEqualTo(1);
        client.ack(AckFrame.KIND_DONE, 0, 1);
        await().until(() -> fleet.acks.stream().anyMatch(ack -> ack.getSeq() == 1));
        return connected;
    }

    private void cut(TestClient client) throws Exception {
        int before = running.room.connections();
        client.close();
        await().until(() -> running.room.connections() < before);
    }

    @RepeatedTest(8)
    void findsItsUnacknowledgedWindowWithoutACallToSaver() throws Exception {
        String user = "window-" + System.nanoTime();
        Connected before;
        try (TestClient client = TestClient.to(running.port(0))) {
            before = settled(client, user);
            assertThat(deliver(registered(user), 5)).isEqualTo(DeliverOutcome.DELIVER_OUTCOME_WRITTEN);
            assertThat(client.expectPush().seq()).isEqualTo(5);
            cut(client);
        }
        int calls = fleet.loads.get() + fleet.asked.size();

        try (TestClient client = TestClient.to(running.port(0))) {
            Connected after = comeBack(client, before, "device-" + user, TestTokens.of("demo", user));

            assertThat(after.getResumed()).isTrue();
            assertThat(after.getConnectionId()).isNotEqualTo(before.getConnectionId());
            assertThat(client.expectPush().seq()).isEqualTo(5);
            await().until(() -> registered(user).getConnectionId() == after.getConnectionId());
            client.ack(AckFrame.KIND_DONE, 0, 5);
            await().until(() -> fleet.acks.stream().anyMatch(ack -> ack.getSeq() == 5));
            assertThat(deliver(registered(user), 6)).isEqualTo(DeliverOutcome.DELIVER_OUTCOME_WRITTEN);
            assertThat(client.expectPush().seq()).isEqualTo(6);
            assertThat(fleet.loads.get() + fleet.asked.size()).isEqualTo(calls);
        }
    }

    @Test
    void whatCameMeanwhileIsAnsweredLaterAndLoaded() throws Exception {
        Connected before;
        SessionEntry session;
        try (TestClient client = TestClient.to(running.port(0))) {
            before = settled(client, "meanwhile");
            session = registered("meanwhile");
            cut(client);
        }
        fleet.store("meanwhile", 7, "while away");
        assertThat(deliver(session, 7)).isEqualTo(DeliverOutcome.DELIVER_OUTCOME_LATER);

        try (TestClient client = TestClient.to(running.port(0))) {
            assertThat(comeBack(client, before, "device-meanwhile", TestTokens.of("demo", "meanwhile"))
                            .getResumed())
                    .isTrue();
            assertThat(client.expectPush().seq()).isEqualTo(7);
            client.ack(AckFrame.KIND_DONE, 0, 7);
            // By the old connection's name, which the register may still tell.
            fleet.store("meanwhile", 8, "by the old name");
            assertThat(deliver(session, 8)).isEqualTo(DeliverOutcome.DELIVER_OUTCOME_LATER);
            assertThat(client.expectPush().seq()).isEqualTo(8);
        }
    }

    @Test
    void aWrongSecretAnotherDeviceOrASecondTimeIsAnOrdinaryLogin() throws Exception {
        Connected before;
        try (TestClient client = TestClient.to(running.port(0))) {
            before = settled(client, "guarded");
            cut(client);
        }
        String token = TestTokens.of("demo", "guarded");
        Connected forged =
                before.toBuilder().setSecret(ByteString.copyFrom(new byte[16])).build();
        for (int i = 0; i < 3; i++) {
            try (TestClient client = TestClient.to(running.port(0))) {
                Connected after =
                        switch (i) {
                            case 0 -> comeBack(client, forged, "device-guarded", token);
                            case 1 -> comeBack(client, before, "device-other", TestTokens.of("demo", "somebody"));
                            default -> comeBack(client, before, "device-guarded", token);
                        };
                assertThat(after.getResumed()).isEqualTo(i == 2);
                assertThat(after.getBindings(0).getCode()).isZero();
            }
        }
        try (TestClient client = TestClient.to(running.port(0))) {
            assertThat(comeBack(client, before, "device-guarded", token).getResumed())
                    .isFalse();
        }
    }

    @Test
    void isNotResumedWhereTheUserLoggedInElsewhereSince() throws Exception {
        Connected before;
        SessionEntry session;
        try (TestClient client = TestClient.to(running.port(0))) {
            before = settled(client, "elsewhere");
            session = registered("elsewhere");
            cut(client);
        }
        running.center
                .call(
                        RoomMethods.REPLACED,
                        ReplacedRequest.newBuilder()
                                .setIncarnation(running.runtime.identity().incarnation())
                                .addEntries(ReplacedEntry.newBuilder()
                                        .setApp("demo")
                                        .setUser("elsewhere")
                                        .setConnectionId(session.getConnectionId())
                                        .setNewcomerDevice("device-9"))
                                .build(),
                        RPC_TIMEOUT)
                .join();
        await().until(() -> deliver(session, 9) == DeliverOutcome.DELIVER_OUTCOME_NO_SESSION);

        try (TestClient client = TestClient.to(running.port(0))) {
            assertThat(comeBack(client, before, "device-elsewhere", TestTokens.of("demo", "elsewhere"))
                            .getResumed())
                    .isFalse();
        }
    }

    @Test
    void whoSaysGoodbyeIsNotKeptAndWhoDoesNotComeBackIsUnregistered() throws Exception {
        try (TestClient client = TestClient.to(running.port(0))) {
            settled(client, "goodbye");
            client.send(
                    FrameType.DISCONNECT,
                    io.carillon.protocol.client.Disconnect.newBuilder().build());
            await().until(() -> !fleet.sessions.containsKey("goodbye"));
        }
        try (TestClient client = TestClient.to(running.port(0))) {
            settled(client, "stays-away");
            cut(client);
        }
        assertThat(fleet.sessions).containsKey("stays-away");
        await().until(() -> !fleet.sessions.containsKey("stays-away"));
    }

    @RepeatedTest(4)
    void comesBackBeforeTheRoomHasNoticedTheLoss() throws Exception {
        String user = "unnoticed-" + System.nanoTime();
        try (TestClient client = TestClient.to(running.port(0))) {
            Connected before = settled(client, user);
            assertThat(deliver(registered(user), 5)).isEqualTo(DeliverOutcome.DELIVER_OUTCOME_WRITTEN);
            assertThat(client.expectPush().seq()).isEqualTo(5);
            // The old socket stays open, as after a change of networks.
            try (TestClient again = TestClient.to(running.port(0))) {
                assertThat(comeBack(again, before, "device-" + user, TestTokens.of("demo", user))
                                .getResumed())
                        .isTrue();
                assertThat(again.expectPush().seq()).isEqualTo(5);
                assertThat(client.read().isEnd()).isTrue();
            }
        }
    }
}

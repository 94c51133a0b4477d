package io.carillon.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.Ack;
import io.carillon.contract.AckKind;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.ReplacedEntry;
import io.carillon.contract.ReplacedRequest;
import io.carillon.contract.SessionEntry;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.Bind;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Bound;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Disconnect;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.Unbind;
import io.carillon.protocol.client.Uplink;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.contract.RoomMethods;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A room over real sockets; what stands around it answers from memory behind real RPC. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoomIT {
    private static final Duration RPC_TIMEOUT = Duration.ofSeconds(60);

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

    private SessionEntry registered(String user) {
        await().until(() -> fleet.sessions.containsKey(user));
        return Objects.requireNonNull(fleet.sessions.get(user));
    }

    private DeliverOutcome deliver(DeliverEntry entry) {
        return deliver(running.runtime.identity().incarnation(), entry);
    }

    private DeliverOutcome deliver(long incarnation, DeliverEntry entry) {
        return running.center
                .call(
                        RoomMethods.DELIVER,
                        DeliverRequest.newBuilder()
                                .setIncarnation(incarnation)
                                .addEntries(entry)
                                .build(),
                        RPC_TIMEOUT)
                .join()
                .getOutcomes(0);
    }

    private static DeliverEntry.Builder entry(SessionEntry session, long seq, long prevSeq) {
        return DeliverEntry.newBuilder()
                .setApp(session.getApp())
                .setUser(session.getUser())
                .setConnectionId(session.getConnectionId())
                .setSeq(seq)
                .setPrevSeq(prevSeq)
                .setMessageId(FakeFleet.messageId(seq))
                .setPayload(ByteString.copyFromUtf8("message " + seq));
    }

    private void replace(SessionEntry session, String device, boolean moved) {
        running.center
                .call(
                        RoomMethods.REPLACED,
                        ReplacedRequest.newBuilder()
                                .setIncarnation(running.runtime.identity().incarnation())
                                .addEntries(ReplacedEntry.newBuilder()
                                        .setApp(session.getApp())
                                        .setUser(session.getUser())
                                        .setConnectionId(session.getConnectionId())
                                        .setNewcomerDevice(device)
                                        .setMoved(moved))
                                .build(),
                        RPC_TIMEOUT)
                .join();
    }

    @Test
    void logsInAndRegistersTheSession() throws Exception {
        try (TestClient client = client()) {
            Connected connected = client.login("device-1", TestTokens.of("demo", "login"));

            assertThat(connected.getBindings(0).getCode()).isZero();
            assertThat(connected.getBindings(0).getUser()).isEqualTo("login");
            assertThat(connected.getRoom()).isEqualTo("room-1");
            assertThat(connected.getSecret().size()).isEqualTo(16);
            assertThat(connected.getResumed()).isFalse();
            SessionEntry session = registered("login");
            assertThat(session.getConnectionId()).isEqualTo(connected.getConnectionId());
            assertThat(session.getDeviceId()).isEqualTo("device-1");
        }
        await().until(() -> !fleet.sessions.containsKey("login"));
    }

    @Test
    void loadsWhatIsStoredAndHandsTheAcksOn() throws Exception {
        for (int seq = 1; seq <= 40; seq++) {
            fleet.store("stored", seq, "payload " + seq);
        }
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "stored"));
            for (int seq = 1; seq <= 40; seq++) {
                PushFrame push = client.expectPush();
                assertThat(push.seq()).isEqualTo(seq);
                assertThat(new String(push.payload(), StandardCharsets.UTF_8)).isEqualTo("payload " + seq);
                client.ack(AckFrame.KIND_DONE, 0, seq);
            }
            await().until(() -> fleet.isEmpty("stored"));
        }
    }

    @Test
    void writesADeliveryAtOnce() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "direct"));
            SessionEntry session = registered("direct");
            await().until(() -> deliver(entry(session, 5, 0).build()) == DeliverOutcome.DELIVER_OUTCOME_WRITTEN);
            assertThat(deliver(entry(session, 6, 5).setLate(true).build()))
                    .isEqualTo(DeliverOutcome.DELIVER_OUTCOME_WRITTEN);

            assertThat(client.expectPush().seq()).isEqualTo(5);
            PushFrame second = client.expectPush();
            assertThat(second.prevSeq()).isEqualTo(5);
            assertThat(second.has(PushFrame.FLAG_LATE)).isTrue();
        }
    }

    @Test
    void knowsNoSessionOfAnotherUserConnectionOrLife() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "mine"));
            SessionEntry session = registered("mine");

            assertThat(deliver(entry(session, 5, 0).setUser("other").build()))
                    .isEqualTo(DeliverOutcome.DELIVER_OUTCOME_NO_SESSION);
            assertThat(deliver(entry(session, 5, 0)
                            .setConnectionId(session.getConnectionId() + 1)
                            .build()))
                    .isEqualTo(DeliverOutcome.DELIVER_OUTCOME_NO_SESSION);
            assertThat(deliver(entry(session, 5, 0).setConnectionId(-1).build()))
                    .isEqualTo(DeliverOutcome.DELIVER_OUTCOME_NO_SESSION);
            assertThat(deliver(77, entry(session, 5, 0).build())).isEqualTo(DeliverOutcome.DELIVER_OUTCOME_NO_SESSION);
        }
    }

    @Test
    void kicksTheOldDeviceWhenANewOneTakesOver() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "taken"));
            replace(registered("taken"), "device-2", false);

            Kicked kicked = Kicked.parseFrom(client.expect(FrameType.KICKED));
            assertThat(kicked.getCode()).isEqualTo(ProtocolCode.REPLACED.wire());
            assertThat(kicked.getNewcomerDevice()).isEqualTo("device-2");
            assertThat(client.expectError().getCode()).isEqualTo(ProtocolCode.NO_BINDINGS.wire());
        }
    }

    @Test
    void keepsTheOtherBindingsWhenOneIsTakenOver() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "two"), TestTokens.of("other", "two-other"));
            replace(registered("two"), "device-2", false);
            assertThat(Kicked.parseFrom(client.expect(FrameType.KICKED)).getBinding())
                    .isZero();

            SessionEntry left = registered("two-other");
            await().until(() -> deliver(entry(left, 5, 0).build()) == DeliverOutcome.DELIVER_OUTCOME_WRITTEN);
            assertThat(client.expectPush().binding()).isEqualTo(1);
        }
    }

    @Test
    void closesWithoutAWordWhenTheSameDeviceMoved() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "moved"));
            replace(registered("moved"), "device-1", true);

            assertThat(client.read().isEnd()).isTrue();
        }
    }

    @Test
    void bindsAndUnbindsLater() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "first"));
            client.send(
                    FrameType.BIND,
                    Bind.newBuilder()
                            .setBinding(
                                    BindRequest.newBuilder().setBinding(3).setToken(TestTokens.of("other", "second")))
                            .build());
            assertThat(Bound.parseFrom(client.expect(FrameType.BOUND))
                            .getOutcome()
                            .getCode())
                    .isZero();
            registered("second");

            client.send(FrameType.UNBIND, Unbind.newBuilder().setBinding(0).build());
            await().until(() -> !fleet.sessions.containsKey("first"));
            assertThat(fleet.sessions).containsKey("second");
        }
    }

    @Test
    void refusesABindingAndKeepsTheConnection() throws Exception {
        try (TestClient client = client()) {
            Connected connected = client.login(
                    "device-1",
                    TestTokens.of("demo", "good"),
                    TestTokens.of("closed", "x"),
                    TestTokens.of("demo", "good"),
                    "nonsense");

            assertThat(connected.getBindingsList())
                    .extracting(outcome -> outcome.getCode())
                    .containsExactly(
                            0,
                            ProtocolCode.APP_UNKNOWN.wire(),
                            ProtocolCode.BINDING_INVALID.wire(),
                            ProtocolCode.TOKEN_REFUSED.wire());
            client.send(FrameType.PING, new byte[0]);
            client.expect(FrameType.PONG);
        }
    }

    @Test
    void handsOnAcksThatPutOffOrRefuse() throws Exception {
        fleet.store("picky", 1, "a");
        fleet.store("picky", 2, "b");
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "picky"));
            client.expectPush();
            client.expectPush();
            client.ack(AckFrame.KIND_LATER, 60, 1);
            client.ack(AckFrame.KIND_REFUSED, 7, 2);

            await().until(() -> fleet.acks.stream().anyMatch(ack -> isAck(ack, AckKind.ACK_KIND_LATER, 60, 0)));
            await().until(() -> fleet.acks.stream().anyMatch(ack -> isAck(ack, AckKind.ACK_KIND_REFUSED, 0, 7)));
        }
    }

    private static boolean isAck(Ack ack, AckKind kind, int seconds, int reason) {
        return ack.getKind() == kind && ack.getLaterSeconds() == seconds && ack.getRefusedReason() == reason;
    }

    @Test
    void asksAgainWhenSaverFails() throws Exception {
        fleet.failingLoads.set(2);
        fleet.store("patient", 1, "a");
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "patient"));
            assertThat(client.expectPush().seq()).isOne();
            fleet.failingAcks.set(2);
            client.ack(AckFrame.KIND_DONE, 0, 1);
            await().until(() -> fleet.isEmpty("patient"));
        }
    }

    @Test
    void acknowledgesAnUplinkOnceCoordinatorHasIt() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "talker"));
            client.send(
                    FrameType.UPLINK,
                    Uplink.newBuilder()
                            .setId("u1")
                            .setForwardType("chat")
                            .setPayload(ByteString.copyFromUtf8("hello"))
                            .build());
            UplinkAck ack = UplinkAck.parseFrom(client.expect(FrameType.UPLINK_ACK));
            assertThat(ack.getCode()).isZero();
            assertThat(ack.getId()).isEqualTo("u1");
            assertThat(fleet.uplinks).anyMatch(uplink -> uplink.getUser().equals("talker"));

            client.send(FrameType.UPLINK, Uplink.newBuilder().setId("").build());
            assertThat(UplinkAck.parseFrom(client.expect(FrameType.UPLINK_ACK)).getCode())
                    .isEqualTo(ProtocolCode.REQUEST_INVALID.wire());
        }
    }

    @Test
    void saysGoodbyeOnDisconnect() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "bye"));
            registered("bye");
            client.send(
                    FrameType.DISCONNECT,
                    Disconnect.newBuilder().setReason("done").build());

            assertThat(client.read().isEnd()).isTrue();
            await().until(() -> !fleet.sessions.containsKey("bye"));
        }
    }

    @Test
    void takesFramesThatComeByteByByte() throws Exception {
        byte[] connect = TestClient.connectOf("device-1", TestTokens.of("demo", "slow"))
                .build()
                .toByteArray();
        try (TestClient client = client()) {
            client.raw(new byte[] {FrameType.CONNECT});
            client.raw(new byte[] {(byte) (0x80 | (connect.length & 0x7F)), (byte) (connect.length >> 7)});
            for (byte next : connect) {
                client.raw(new byte[] {next});
            }
            client.expect(FrameType.CONNECTED);
            client.raw(new byte[] {FrameType.PING, 0, FrameType.PING, 1, 60, FrameType.PING});
            client.raw(new byte[] {0});
            client.expect(FrameType.PONG);
            client.expect(FrameType.PONG);
            client.expect(FrameType.PONG);
        }
    }

    @Test
    void endsASessionThatTheRegisterCallsSuperseded() throws Exception {
        fleet.supersededBy = "device-9";
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "late-comer"));
            assertThat(Kicked.parseFrom(client.expect(FrameType.KICKED)).getNewcomerDevice())
                    .isEqualTo("device-9");
        } finally {
            fleet.supersededBy = "";
        }
    }

    @Test
    void sendsABucketAgainWhenTheRegisterAsksForIt() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "resent"));
            registered("resent");
            fleet.sessions.remove("resent");
            fleet.resend.add(Buckets.of("demo", "resent"));
            // The next bitmap brings the question; a login makes none, so it is the interval that does.
            await().until(() -> fleet.sessions.containsKey("resent"));
            await().until(() -> fleet.asked.contains("resent"));
        }
    }

    @Test
    void tellsARestartedRegisterAllAndLoadsWhatCameMeanwhile() throws Exception {
        try (TestClient client = client()) {
            client.login("device-1", TestTokens.of("demo", "survivor"));
            registered("survivor");
            await().until(() ->
                    deliver(entry(registered("survivor"), 1, 0).build()) == DeliverOutcome.DELIVER_OUTCOME_WRITTEN);
            client.expectPush();
            client.ack(AckFrame.KIND_DONE, 0, 1);
            fleet.store("survivor", 2, "found no session");

            fleet.restartRegister();

            registered("survivor");
            assertThat(client.expectPush().seq()).isEqualTo(2);
        }
    }
}

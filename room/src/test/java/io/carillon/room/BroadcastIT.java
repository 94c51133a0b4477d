package io.carillon.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.Audience;
import io.carillon.contract.AudienceCountRequest;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastCount;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.contract.TaskState;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Cursor;
import io.carillon.protocol.client.Kicked;
import io.carillon.runtime.contract.RoomMethods;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broadcasts in a room over real sockets, with saver and center behind real RPC. */
class BroadcastIT {
    private static final long BSEQ = 1_800_000_000_000_005L;

    @SuppressWarnings("NullAway.Init")
    private RunningRoom running;

    private final List<TestClient> clients = new ArrayList<>();

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        running = new RunningRoom(directory, "listeners:\n  - bind: 127.0.0.1:0\n");
    }

    @AfterEach
    void stop() throws Exception {
        for (TestClient client : clients) {
            client.close();
        }
        running.stop();
    }

    private TestClient login(String user, BroadcastCursor cursor) throws Exception {
        TestClient client = TestClient.to(running.port(0));
        clients.add(client);
        Connect connect = TestClient.connectOf("device-" + user)
                .addBindings(BindRequest.newBuilder()
                        .setToken(TestTokens.of("demo", user))
                        .setCursor(cursor))
                .build();
        client.send(FrameType.CONNECT, connect);
        Connected connected = Connected.parseFrom(client.expect(FrameType.CONNECTED));
        assertThat(connected.getBindings(0).getCode()).isZero();
        return client;
    }

    private TestClient login(String user, long floor) throws Exception {
        return login(user, BroadcastCursor.newBuilder().setFloor(floor).build());
    }

    private static ByteString id(long bseq) {
        return FakeFleet.messageId(bseq);
    }

    private static Broadcast.Builder broadcast(long bseq, String payload) {
        return Broadcast.newBuilder()
                .setSpec(BroadcastSpec.newBuilder()
                        .setId(id(bseq))
                        .setApp("demo")
                        .setPayload(ByteString.copyFromUtf8(payload)))
                .setState(BroadcastState.BROADCAST_STATE_RUNNING)
                .setBseq(bseq)
                .setExpiresAtMs(System.currentTimeMillis() + 600_000);
    }

    private void list(long version, Broadcast... broadcasts) {
        running.fleet.list(BroadcastListing.newBuilder()
                .setApp("demo")
                .setVersion(version)
                .setNewestBseq(BSEQ)
                .addAllBroadcasts(List.of(broadcasts))
                .build());
    }

    private OrderResult order(Broadcast broadcast) {
        return running.center
                .call(
                        RoomMethods.BROADCAST_ORDER,
                        BroadcastOrderRequest.newBuilder()
                                .setIncarnation(running.runtime.identity().incarnation())
                                .addOrders(BroadcastOrder.newBuilder()
                                        .setBroadcast(broadcast.getSpec().getId())
                                        .setLeaseNumber(1)
                                        .setWanted(BroadcastState.BROADCAST_STATE_RUNNING)
                                        .setRecord(broadcast))
                                .build(),
                        Duration.ofSeconds(60))
                .join()
                .getResults(0);
    }

    private static void ack(TestClient client, long bseq) throws Exception {
        ByteBuffer body = ByteBuffer.allocate(64);
        AckFrame.writeStart(body, -1);
        AckFrame.writeEntry(body, AckFrame.KIND_DONE, true, 0, 0, new long[] {bseq}, 0, 1);
        byte[] bytes = new byte[body.position()];
        body.flip().get(bytes);
        client.send(FrameType.ACK, bytes);
    }

    @Test
    void goesFromTheOrderToEveryoneAndTheCountsToSaver() throws Exception {
        List<TestClient> online = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            online.add(login("user-" + i, 1));
        }
        Broadcast broadcast = broadcast(BSEQ, "to all").build();
        list(2, broadcast);
        assertThat(order(broadcast).getOutcome()).isEqualTo(OrderOutcome.ORDER_OUTCOME_TAKEN);
        for (TestClient client : online) {
            PushFrame push = client.expectPush();
            assertThat(push.has(PushFrame.FLAG_BROADCAST)).isTrue();
            assertThat(push.has(PushFrame.FLAG_FLOOR)).isTrue();
            assertThat(push.seq()).isEqualTo(BSEQ);
            assertThat(push.messageId()).isEqualTo(id(BSEQ).toByteArray());
            assertThat(new String(push.payload(), StandardCharsets.UTF_8)).isEqualTo("to all");
            ack(client, BSEQ);
        }
        await().until(() -> order(broadcast).getState() == TaskState.TASK_STATE_DONE);
        list(
                3,
                broadcast.toBuilder()
                        .setState(BroadcastState.BROADCAST_STATE_FINISHED)
                        .build());
        await().untilAsserted(() -> {
            TestClient late = login("late", 1);
            assertThat(late.expectPush().seq()).isEqualTo(BSEQ);
        });
        await().untilAsserted(() -> {
            BroadcastCount count = running.fleet.counts.getOrDefault(id(BSEQ), BroadcastCount.getDefaultInstance());
            assertThat(count.getAcked()).isEqualTo(20);
            assertThat(count.getWritten()).isGreaterThanOrEqualTo(21).isEqualTo(count.getTargeted());
        });
    }

    @Test
    void tellsANewInstallationItsFloorAndSendsItNothingOld() throws Exception {
        list(
                2,
                broadcast(BSEQ, "old")
                        .setState(BroadcastState.BROADCAST_STATE_FINISHED)
                        .build());
        TestClient client = TestClient.to(running.port(0));
        clients.add(client);
        client.login("device", TestTokens.of("demo", "fresh"));
        Cursor cursor = Cursor.parseFrom(client.expect(FrameType.CURSOR));
        assertThat(cursor.getFloor()).isEqualTo(BSEQ);
        TestClient known = login("known", BSEQ);
        known.send(FrameType.PING, new byte[0]);
        assertThat(known.read().type()).isEqualTo(FrameType.PONG);
    }

    @Test
    void kicksThoseWithATagAndCountsAnAudience() throws Exception {
        running.fleet.tags.put("bad", List.of("cheater", "vip"));
        running.fleet.tags.put("good", List.of("vip"));
        TestClient bad = login("bad", 1);
        TestClient good = login("good", 1);
        AudienceCountRequest vips = AudienceCountRequest.newBuilder()
                .setApp("demo")
                .setAudience(Audience.newBuilder().addTagsAny("vip"))
                .build();
        await().until(() -> running.center
                        .call(RoomMethods.AUDIENCE_COUNT, vips, Duration.ofSeconds(60))
                        .join()
                        .getBindings()
                == 2);
        Broadcast.Builder kick = broadcast(BSEQ, "");
        kick.getSpecBuilder()
                .setKind(BroadcastKind.BROADCAST_KIND_KICK)
                .setReason("cheating")
                .setAudience(Audience.newBuilder().addTagsAll("cheater"));
        order(kick.build());
        Kicked kicked = Kicked.parseFrom(bad.expect(FrameType.KICKED));
        assertThat(kicked.getCode()).isEqualTo(ProtocolCode.KICKED.wire());
        assertThat(kicked.getReason()).isEqualTo("cheating");
        assertThat(bad.expectError().getCode()).isEqualTo(ProtocolCode.NO_BINDINGS.wire());
        await().until(() -> order(kick.build()).getState() == TaskState.TASK_STATE_DONE);
        assertThat(order(kick.build()).getWritten()).isEqualTo(1);
        good.send(FrameType.PING, new byte[0]);
        good.expect(FrameType.PONG);
    }
}

package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.GoAway;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.Uplink;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.sdk.VirtualWorld.FakeLink;
import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.platform.AppState;
import io.carillon.sdk.platform.NetworkKind;
import io.carillon.sdk.platform.NetworkState;
import io.carillon.sdk.store.ClientStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When the client connects, beats, gives up and comes back, in virtual time. */
class ClientCoreTest {
    private static final long HOUR_MS = 3_600_000;

    private final VirtualWorld world = new VirtualWorld();

    @Test
    void connectsAtOnceAndBindsWhatIsReady() {
        Binding alice = world.alice();
        assertThat(alice.isBound()).isTrue();
        assertThat(world.link().types).containsExactly(FrameType.CONNECT);
        assertThat(world.nowMs()).isZero();
    }

    @Test
    void triesAgainMoreAndMoreSlowly() {
        world.plan = FakeLink::refuse;
        world.alice();
        world.advance(HOUR_MS);
        // Full jitter under a cap of a minute has a mean of half a minute.
        assertThat(world.links.size()).isBetween(60, 240);
        for (int i = 10; i + 10 < world.links.size(); i++) {
            long tenAttemptsMs = world.links.get(i + 10).openedAtMs - world.links.get(i).openedAtMs;
            assertThat(tenAttemptsMs).as("attempts %d to %d", i, i + 10).isGreaterThan(10_000);
        }
    }

    @Test
    void neverTriesMoreThanTheBucketHolds() {
        world.plan = FakeLink::open;
        world.alice();
        for (int i = 0; i < 400; i++) {
            world.link().cut();
            world.advance(500);
        }
        // Ten at once, and one back each 15 s of 200.
        assertThat(world.links.size()).isLessThanOrEqualTo(10 + 14);
    }

    @Test
    void waitsForTheNetwork() {
        world.network = NetworkState.none();
        world.alice();
        world.advance(14 * 60_000);
        assertThat(world.links).isEmpty();
        world.changeNetwork(NetworkState.of(NetworkKind.CELLULAR, "operator"));
        world.advance(200);
        assertThat(world.links).hasSize(1);
    }

    @Test
    void beatsWhenIdleAndReconnectsWhenABeatIsNotAnswered() {
        world.alice();
        FakeLink first = world.link();
        world.advance(209_000);
        assertThat(first.count(FrameType.PING)).isZero();
        world.advance(1_100);
        assertThat(first.count(FrameType.PING)).isEqualTo(1);
        first.pong();
        world.advance(210_100);
        assertThat(first.count(FrameType.PING)).isEqualTo(2);
        assertThat(first.bodies.get(first.bodies.size() - 1)).containsExactly(0xD2, 0x01);
        world.advance(7_800);
        assertThat(first.closed).isFalse();
        world.advance(1_500);
        assertThat(first.closed).isTrue();
        assertThat(world.links).hasSize(2);
        assertThat(world.events).containsExactly("connected", "disconnected: a beat was not answered", "connected");
    }

    @Test
    void beatsAtOnceWhenTheNetworkChangesOrTheAppComesToTheFront() {
        world.appState = AppState.IDLE;
        world.alice();
        world.changeNetwork(NetworkState.of(NetworkKind.CELLULAR, "operator"));
        assertThat(world.link().count(FrameType.PING)).isEqualTo(1);
        world.link().pong();
        world.changeAppState(AppState.FRONT);
        assertThat(world.link().count(FrameType.PING)).isEqualTo(2);
        world.advance(5_001);
        assertThat(world.links.get(0).closed).isTrue();
    }

    @Test
    void givesUpARoomThatNeverSaysConnected() {
        world.plan = link -> {
            link.answersConnect = world.links.size() > 1;
            link.open();
        };
        Binding alice = world.alice();
        world.advance(11_900);
        assertThat(world.links).hasSize(1);
        world.advance(2_200);
        assertThat(world.links).hasSize(2);
        assertThat(alice.isBound()).isTrue();
    }

    @Test
    void asksForATokenAtMostThreeTimesAnHourAfterRefusals() {
        world.obliging = true;
        List<Long> asked = new ArrayList<>();
        world.client()
                .bind(
                        "demo",
                        "alice",
                        (app, user) -> {
                            asked.add(world.nowMs());
                            return "bad";
                        },
                        message -> {});
        world.advance(HOUR_MS - 1);
        assertThat(asked).hasSize(1 + 3);
        world.advance(HOUR_MS);
        assertThat(asked).hasSize(1 + 6);
    }

    @Test
    void keepsTheOldConnectionUntilTheNewOneIsConnected() {
        world.alice();
        FakeLink old = world.link();
        world.plan = link -> {
            link.answersConnect = false;
            link.open();
        };
        old.say(FrameType.GO_AWAY, GoAway.newBuilder().setDelayMs(700).build());
        world.advance(699);
        assertThat(world.links).hasSize(1);
        world.advance(2_000);
        assertThat(world.links).hasSize(2);
        old.push(4, "m1", "still here");
        assertThat(world.received).containsExactly("still here");
        assertThat(old.count(FrameType.ACK)).isEqualTo(1);
        world.plan = FakeLink::open;
        world.advance(20_000);
        assertThat(old.closed).isTrue();
        assertThat(old.count(FrameType.DISCONNECT)).isEqualTo(1);
        assertThat(world.events.subList(1, world.events.size())).containsExactly("connected");
    }

    @Test
    void connectsAgainWhenItsOwnDeviceReplacedIt() {
        world.alice();
        Kicked kicked =
                Kicked.newBuilder().setCode(204).setNewcomerDevice("device").build();
        world.link().say(FrameType.KICKED, kicked);
        world.advance(2_000);
        assertThat(world.links).hasSize(2);
        assertThat(world.events).doesNotContain("kicked: REPLACED");
    }

    @Test
    void staysAwayWhenTheUserIsBanned() {
        world.alice();
        world.link().say(FrameType.KICKED, Kicked.newBuilder().setCode(206).build());
        world.advance(HOUR_MS);
        assertThat(world.links).hasSize(1);
        assertThat(world.link().closed).isTrue();
        assertThat(world.events).contains("kicked: BANNED");
    }

    @Test
    void staysAwayWhenTheBusinessEndedTheSessionUntilTheAppAsks() {
        Binding alice = world.alice();
        world.link()
                .say(
                        FrameType.KICKED,
                        Kicked.newBuilder().setCode(205).setReason("logged out").build());
        world.link().cut();
        world.advance(HOUR_MS);
        assertThat(world.events)
                .containsExactly("connected", "kicked: KICKED logged out", "disconnected: nothing is bound");
        assertThat(world.links).hasSize(1);
        assertThat(alice.isBound()).isFalse();
        alice.resume();
        world.advance(1_000);
        assertThat(world.links).hasSize(2);
        assertThat(alice.isBound()).isTrue();
    }

    @Test
    void staysAwayWhenALoginIsRefusedByABan() {
        world.client().bind("demo", "alice", TokenSource.fixed("banned"), message -> {});
        world.run();
        world.advance(HOUR_MS);
        assertThat(world.events).containsExactly("connected", "kicked: BANNED rude", "disconnected: nothing is bound");
        assertThat(world.links).hasSize(1);
    }

    @Test
    void comesBackAfterBusyNoSoonerThanTold() {
        world.plan = link -> {
            link.answersConnect = world.links.size() > 1;
            link.open();
        };
        world.alice();
        world.link()
                .say(FrameType.BUSY, Busy.newBuilder().setRetryAfterMs(20_000).build());
        world.advance(19_900);
        assertThat(world.links).hasSize(1);
        world.advance(10_200);
        assertThat(world.links).hasSize(2);
    }

    @Test
    void doesNotWaitForADeadDispatcherWhenItKnowsRooms() {
        world.dispatcher = (app, network, tried, answer) -> {};
        world.alice();
        world.advance(1_400);
        assertThat(world.links).isEmpty();
        world.advance(200);
        assertThat(world.links).hasSize(1);
        assertThat(world.events).containsExactly("connected");
    }

    @Test
    void tellsTheDispatcherWhatItTried() {
        List<List<RoomAddress>> asked = new ArrayList<>();
        world.dispatcher = (app, network, tried, answer) -> {
            assertThat(app).isEqualTo("demo");
            asked.add(new ArrayList<>(tried));
            answer.onAnswer(null);
        };
        world.plan = FakeLink::refuse;
        world.alice();
        world.advance(3_000);
        assertThat(asked.get(0)).isEmpty();
        assertThat(asked.get(1)).containsExactly(RoomAddress.parse("tcp://10.0.0.1:443"));
    }

    @Test
    void acknowledgesOnlyWhatIsRecorded() {
        world.store = new SlowStore();
        world.alice();
        world.backgroundRuns = false;
        world.link().push(1, "m1", "one");
        world.link().push(2, "m2", "two");
        assertThat(world.received).containsExactly("one", "two");
        assertThat(world.link().count(FrameType.ACK)).isZero();
        world.backgroundRuns = true;
        world.run();
        assertThat(world.link().count(FrameType.ACK)).isPositive();
    }

    @Test
    void asksAFailingStoreAgainBeforeItAcknowledges() {
        SlowStore store = new SlowStore();
        store.failures = 2;
        world.store = store;
        world.alice();
        world.link().push(1, "m1", "one");
        world.advance(2_900);
        assertThat(world.link().count(FrameType.ACK)).isZero();
        world.link().push(1, "m1", "one");
        world.advance(200);
        assertThat(world.link().count(FrameType.ACK)).isEqualTo(1);
        assertThat(world.received).containsExactly("one");
    }

    @Test
    void acknowledgesOnTheNewConnectionWhatTheOldOneBrought() {
        CompletableFuture<String> slow = new CompletableFuture<>();
        world.client().bindAsync("demo", "alice", TokenSource.fixed("t"), message -> {
            world.received.add(message.text());
            return slow;
        });
        world.run();
        world.link().push(1, "m1", "one");
        world.link().cut();
        world.advance(2_000);
        assertThat(world.links).hasSize(2);
        world.link().push(1, "m1", "one");
        slow.complete("done");
        world.run();
        assertThat(world.link().count(FrameType.ACK)).isEqualTo(1);
        assertThat(world.received).containsExactly("one");
    }

    @Test
    void refusesUplinksOverTheBound() {
        Binding alice = world.alice();
        List<CompletableFuture<UplinkReceipt>> receipts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            receipts.add(alice.uplink("type", new byte[1]));
        }
        world.run();
        assertThat(receipts.subList(0, 4)).noneMatch(CompletableFuture::isDone);
        assertFailed(receipts.get(4), UplinkException.Reason.QUEUE_FULL);
    }

    @Test
    void repeatsAnUplinkWhenTheRoomSaysLaterAndFailsItAtItsDeadline() throws Exception {
        Binding alice = world.alice();
        FakeLink link = world.link();
        CompletableFuture<UplinkReceipt> receipt = alice.uplink("type", new byte[1], Duration.ofSeconds(30));
        world.run();
        String id = Uplink.parseFrom(link.bodies.get(1)).getId();
        link.say(
                FrameType.UPLINK_ACK,
                UplinkAck.newBuilder()
                        .setId(id)
                        .setCode(301)
                        .setRetryAfterSeconds(4)
                        .build());
        world.advance(3_900);
        assertThat(link.count(FrameType.UPLINK)).isEqualTo(1);
        world.advance(2_200);
        assertThat(link.count(FrameType.UPLINK)).isEqualTo(2);
        link.say(FrameType.UPLINK_ACK, UplinkAck.newBuilder().setId(id).build());
        assertThat(receipt.get().attempts()).isEqualTo(2);
        world.plan = FakeLink::refuse;
        link.cut();
        CompletableFuture<UplinkReceipt> late = alice.uplink("type", new byte[1], Duration.ofSeconds(30));
        world.advance(30_100);
        assertFailed(late, UplinkException.Reason.DEADLINE);
    }

    @Test
    void sendsAUsersUplinksInTheirOrderAlsoWhereTheRoomSaysLater() throws Exception {
        Binding alice = world.alice();
        FakeLink link = world.link();
        for (byte n = 0; n < 3; n++) {
            alice.uplink("type", new byte[] {n}, Duration.ofMinutes(5));
        }
        world.run();
        List<Uplink> sent = uplinks(link);
        assertThat(sent).hasSize(3);
        // The last is told the shortest time.
        for (int i = 0; i < 3; i++) {
            link.say(
                    FrameType.UPLINK_ACK,
                    UplinkAck.newBuilder()
                            .setId(sent.get(i).getId())
                            .setCode(301)
                            .setRetryAfterSeconds(30 - 10 * i)
                            .build());
        }
        world.advance(29_000);
        assertThat(uplinks(link)).as("all wait for the first").hasSize(3);
        world.advance(20_000);
        assertThat(uplinks(link).subList(3, 6)).isEqualTo(sent);
    }

    private static List<Uplink> uplinks(FakeLink link) throws InvalidProtocolBufferException {
        List<Uplink> uplinks = new ArrayList<>();
        for (int i = 0; i < link.bodies.size(); i++) {
            if (link.types.get(i) == FrameType.UPLINK) {
                uplinks.add(Uplink.parseFrom(link.bodies.get(i)));
            }
        }
        return uplinks;
    }

    @Test
    void countsAConnectionAsDeadThatDoesNotConfirmAnUplink() {
        Binding alice = world.alice();
        alice.uplink("type", new byte[1]);
        world.advance(11_900);
        assertThat(world.links).hasSize(1);
        world.advance(2_200);
        assertThat(world.links).hasSize(2);
        assertThat(world.link().count(FrameType.UPLINK)).isEqualTo(1);
    }

    @Test
    void failsWhatWaitsWhenItIsClosed() {
        ClientCore client = world.client();
        Binding alice = client.bind("demo", "alice", TokenSource.fixed("t"), message -> {});
        world.run();
        CompletableFuture<UplinkReceipt> receipt = alice.uplink("type", new byte[1]);
        client.close();
        world.run();
        assertFailed(receipt, UplinkException.Reason.CLOSED);
        assertThat(world.link().closed).isTrue();
        world.advance(HOUR_MS);
        assertThat(world.links).hasSize(1);
        assertThatThrownBy(() -> client.bind("demo", "bob", TokenSource.fixed("t"), message -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void holdsSixteenBindingsAndEachOnce() {
        ClientCore client = world.client();
        for (int i = 0; i < 16; i++) {
            client.bind("demo", "user-" + i, TokenSource.fixed("t"), message -> {});
        }
        assertThatThrownBy(() -> client.bind("demo", "user-16", TokenSource.fixed("t"), message -> {}))
                .hasMessageContaining("at most 16");
        assertThatThrownBy(() -> client.bind("demo", "user-3", TokenSource.fixed("t"), message -> {}))
                .hasMessageContaining("bound already");
    }

    @Test
    void bindsAgainAtOnceWhatWasUnbound() {
        world.obliging = true;
        ClientCore client = world.client();
        Binding kept = client.bind("demo", "bob", TokenSource.fixed("t"), message -> {});
        Binding first = client.bind("demo", "alice", TokenSource.fixed("t"), message -> {});
        world.run();
        CompletableFuture<UplinkReceipt> receipt = first.uplink("type", new byte[1]);
        first.unbind();
        Binding again =
                client.bind("demo", "alice", TokenSource.fixed("t"), message -> world.received.add(message.text()));
        world.run();
        assertFailed(receipt, UplinkException.Reason.CLOSED);
        assertThat(first.isBound()).isFalse();
        assertThat(again.isBound()).isTrue();
        assertThat(kept.user()).isEqualTo("bob");
        assertThat(world.links).hasSize(1);
    }

    private void assertFailed(CompletableFuture<UplinkReceipt> receipt, UplinkException.Reason reason) {
        assertThat(receipt).isCompletedExceptionally();
        assertThatThrownBy(receipt::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        UplinkException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    /** A store on a disk that may fail. */
    private static final class SlowStore implements ClientStore {
        int failures;

        @Override
        public byte @Nullable [] load(String key) {
            return null;
        }

        @Override
        public void save(String key, byte[] value) {}

        @Override
        public List<byte[]> seen(String journal) {
            return Collections.emptyList();
        }

        @Override
        public void addSeen(String journal, List<byte[]> messageIds) throws IOException {
            if (failures-- > 0) {
                throw new IOException("disk full");
            }
        }

        @Override
        public boolean blocking() {
            return true;
        }
    }
}

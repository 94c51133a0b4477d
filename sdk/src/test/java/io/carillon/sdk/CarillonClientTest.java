package io.carillon.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.GoAway;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.sdk.store.ClientStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client against a room of real frames over real sockets. */
@Timeout(180)
class CarillonClientTest {
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<CarillonClient> clients = new ArrayList<>();
    private final SdkRuntime runtime = SdkRuntime.create(1, 2, 2);
    private TestRoom room = openRoom();

    private static TestRoom openRoom() {
        try {
            return new TestRoom();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void forget() {
        received.clear();
    }

    @AfterEach
    void closeAll() throws IOException {
        clients.forEach(CarillonClient::close);
        room.close();
        runtime.close();
    }

    private CarillonClientBuilder builder() {
        return CarillonClient.builder()
                .deviceId("device")
                .bundledRooms(room.address())
                .runtime(runtime)
                .connectionListener(new Recording());
    }

    private CarillonClient connect(CarillonClientBuilder builder) {
        CarillonClient client = builder.connect();
        clients.add(client);
        return client;
    }

    private CarillonClient connectAlice(ClientStore store) {
        return connect(builder()
                .store(store)
                .bind("demo", "alice", TokenSource.fixed("demo/alice"), message -> received.add(message.text())));
    }

    private void awaitReceived(String... texts) {
        await().untilAsserted(() -> assertThat(received).containsExactly(texts));
    }

    private void awaitAcks(String... acks) {
        await().untilAsserted(
                        () -> assertThat(room.acks).map(TestRoom.Ack::toString).containsExactly(acks));
    }

    private final class Recording implements ConnectionListener {
        @Override
        public void onConnected(ConnectionInfo connection) {
            events.add("connected " + connection.room() + " " + connection.resumed());
        }

        @Override
        public void onDisconnected(String reason) {
            events.add("disconnected");
        }

        @Override
        public void onBound(Binding binding) {
            events.add("bound " + binding.user());
        }

        @Override
        public void onKicked(Binding binding, EndReason reason, String text, @Nullable String newcomerDevice) {
            events.add("kicked " + binding.user() + " " + reason + " " + newcomerDevice);
        }

        @Override
        public void onTokenRefused(Binding binding, String text) {
            events.add("token refused " + binding.user());
        }
    }

    @Test
    void logsInWithItsTokenAndGivesMessagesToTheListenerThenAcknowledges() throws Exception {
        CarillonClient client = connectAlice(ClientStore.inMemory());
        ConnectionInfo info = client.firstConnected().get(60, TimeUnit.SECONDS);
        assertThat(info.room()).isEqualTo("test-room");
        assertThat(info.address()).isEqualTo(room.address());
        room.peer().push(0, 7, "m1", "hello");
        room.peer().push(0, 9, "m2", "world");
        awaitReceived("hello", "world");
        awaitAcks("0:7:0:0", "0:9:0:0");
        assertThat(room.connects.get(0).getDeviceId()).isEqualTo("device");
        assertThat(client.isConnected()).isTrue();
    }

    @Test
    void dropsADuplicateButAcknowledgesItAgain() {
        connectAlice(ClientStore.inMemory());
        await().until(() -> events.contains("bound alice"));
        room.peer().push(0, 1, "m1", "once");
        awaitAcks("0:1:0:0");
        room.peer().push(0, 1, "m1", "once");
        awaitAcks("0:1:0:0", "0:1:0:0");
        awaitReceived("once");
    }

    @Test
    void remembersMessagesOverReconnectsAndRestarts(@TempDir Path folder) throws Exception {
        CarillonClient first = connectAlice(ClientStore.inFolder(folder));
        room.onLogin = peer -> {
            peer.push(0, 1, "m1", "one");
            peer.push(0, 2, "m2", "two");
        };
        first.firstConnected().get(60, TimeUnit.SECONDS);
        room.cutAll();
        await().until(() -> room.acks.size() >= 2 && room.connects.size() == 2);
        await().untilAsserted(() -> assertThat(received).containsExactly("one", "two"));
        first.close();
        await().until(() -> room.types.contains(FrameType.DISCONNECT));
        int acksBefore = room.acks.size();
        connectAlice(ClientStore.inFolder(folder));
        await().until(() -> room.acks.size() >= acksBefore + 2);
        assertThat(received).containsExactly("one", "two");
    }

    @Test
    void resumesAConnectionThatFlickered() {
        connectAlice(ClientStore.inMemory());
        await().until(() -> events.contains("bound alice"));
        room.cutAll();
        await().until(() -> room.connects.size() == 2);
        assertThat(room.connects.get(1).getResume().getConnectionId()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(events)
                .containsExactly(
                        "connected test-room false",
                        "bound alice",
                        "disconnected",
                        "connected test-room true",
                        "bound alice"));
    }

    @Test
    void answersLaterWhenTheListenerThrowsWithoutHoldingUpTheNext() {
        AtomicInteger failures = new AtomicInteger();
        connect(builder().bind("demo", "alice", TokenSource.fixed("demo/alice"), message -> {
            if (message.text().equals("poison")) {
                throw new IllegalStateException("no " + failures.incrementAndGet());
            }
            received.add(message.text());
        }));
        await().until(() -> events.contains("bound alice"));
        room.peer().push(0, 1, "m1", "poison");
        room.peer().push(0, 2, "m2", "good");
        awaitReceived("good");
        await().until(() -> room.acks.size() == 2);
        room.peer().push(0, 1, "m1", "poison");
        await().untilAsserted(() -> assertThat(room.acks)
                .map(TestRoom.Ack::toString)
                .containsExactlyInAnyOrder("0:1:1:2", "0:2:0:0", "0:1:1:4"));
    }

    @Test
    void refusesWhatTheListenerRefuses() {
        connect(builder().bind("demo", "alice", TokenSource.fixed("demo/alice"), message -> {
            throw new MessageRefusedException(42);
        }));
        await().until(() -> events.contains("bound alice"));
        room.peer().push(0, 5, "m1", "spam");
        awaitAcks("0:5:2:42");
    }

    @Test
    void acknowledgesAnAsyncListenerWhenItsStageCompletes() {
        CompletableFuture<String> slow = new CompletableFuture<>();
        connect(builder().bindAsync("demo", "alice", TokenSource.fixed("demo/alice"), message -> {
            received.add(message.text());
            return message.text().equals("slow") ? slow : CompletableFuture.completedFuture("done");
        }));
        await().until(() -> events.contains("bound alice"));
        room.peer().push(0, 1, "m1", "slow");
        room.peer().push(0, 2, "m2", "fast");
        awaitAcks("0:2:0:0");
        slow.complete("done");
        awaitAcks("0:2:0:0", "0:1:0:0");
    }

    @Test
    void acknowledgesNothingThatIsNotStored() {
        connectAlice(ClientStore.inMemory());
        await().until(() -> events.contains("bound alice"));
        room.peer().push(0, 0, "m1", "typing", 8);
        room.peer().push(0, 3, "m2", "stored");
        awaitReceived("typing", "stored");
        awaitAcks("0:3:0:0");
    }

    @Test
    void sharesOneConnectionAmongApps() {
        CarillonClient client = connectAlice(ClientStore.inMemory());
        await().until(() -> events.contains("bound alice"));
        Binding other = client.bind(
                "shop", "bob", TokenSource.fixed("shop/bob"), message -> received.add(message.app() + message.text()));
        await().until(other::isBound);
        room.peer().push(1, 4, "m1", "!");
        awaitReceived("shop!");
        awaitAcks("1:4:0:0");
        other.unbind();
        await().until(() -> room.types.contains(FrameType.UNBIND));
        room.peer().push(1, 5, "m2", "?");
        room.peer().push(0, 6, "m3", "alice");
        awaitReceived("shop!", "alice");
        assertThat(room.peers).hasSize(1);
    }

    @Test
    void confirmsUplinksAndRepeatsThemWithTheSameIdAfterAReconnect() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        room.onUplink = (peer, uplink) -> {
            if (heard.incrementAndGet() == 1) {
                peer.cut();
                return null;
            }
            return UplinkAck.newBuilder().setId(uplink.getId()).build();
        };
        CarillonClient client = connect(builder());
        Binding binding = client.bind("demo", "alice", TokenSource.fixed("demo/alice"), message -> {});
        UplinkReceipt receipt =
                binding.uplink("order", "data".getBytes(StandardCharsets.UTF_8)).get(60, TimeUnit.SECONDS);
        assertThat(receipt.attempts()).isEqualTo(2);
        assertThat(room.uplinks).hasSize(2);
        assertThat(room.uplinks).allMatch(uplink -> uplink.getId().equals(receipt.id()));
        assertThat(room.uplinks.get(0).getForwardType()).isEqualTo("order");
    }

    @Test
    void asksForAnotherTokenWhenOneIsRefused() {
        AtomicInteger asked = new AtomicInteger();
        connect(builder()
                .bind(
                        "demo",
                        "alice",
                        (app, user) -> asked.incrementAndGet() == 1 ? "bad" : "demo/alice",
                        message -> received.add(message.text())));
        await().until(() -> events.contains("bound alice"));
        assertThat(events).contains("token refused alice");
        assertThat(asked).hasValue(2);
    }

    @Test
    void stopsWhenAnotherDeviceTakesOverUntilTheAppAsks() {
        CarillonClient client = connect(builder());
        Binding binding =
                client.bind("demo", "alice", TokenSource.fixed("demo/alice"), message -> received.add(message.text()));
        await().until(() -> events.contains("bound alice"));
        room.peer()
                .send(
                        FrameType.KICKED,
                        Kicked.newBuilder()
                                .setCode(204)
                                .setNewcomerDevice("other")
                                .build());
        await().until(() -> events.contains("kicked alice REPLACED other"));
        await().until(() -> room.types.contains(FrameType.DISCONNECT));
        assertThat(binding.isBound()).isFalse();
        assertThat(room.connects).hasSize(1);
        binding.resume();
        await().until(binding::isBound);
        assertThat(room.connects).hasSize(2);
    }

    @Test
    void movesToAnAlternativeBeforeItSaysGoodbye() throws Exception {
        connectAlice(ClientStore.inMemory());
        await().until(() -> events.contains("bound alice"));
        try (TestRoom next = new TestRoom()) {
            room.peer()
                    .send(
                            FrameType.GO_AWAY,
                            GoAway.newBuilder()
                                    .setDelayMs(50)
                                    .addAlternatives(io.carillon.protocol.client.Address.newBuilder()
                                            .setHost("127.0.0.1")
                                            .setPort(next.port())
                                            .setTransport("tcp"))
                                    .build());
            await().until(() -> next.connects.size() == 1);
            await().until(() -> room.types.contains(FrameType.DISCONNECT));
            next.peer().push(0, 3, "m1", "over here");
            awaitReceived("over here");
            await().until(() -> next.acks.size() == 1);
        }
    }

    @Test
    void comesBackWhenABusyRoomSaid() {
        AtomicInteger logins = new AtomicInteger();
        room.onConnect = (peer, connect) -> {
            if (logins.incrementAndGet() == 1) {
                peer.send(FrameType.BUSY, Busy.newBuilder().setRetryAfterMs(300).build());
                return null;
            }
            return room.connected(connect);
        };
        connectAlice(ClientStore.inMemory());
        await().until(() -> events.contains("bound alice"));
        assertThat(logins).hasValue(2);
    }

    @Test
    void dropsARoomThatSendsGarbageAndConnectsAgain() {
        AtomicInteger logins = new AtomicInteger();
        room.onLogin = peer -> {
            int login = logins.incrementAndGet();
            if (login == 1) {
                peer.write(new byte[] {0x77, 1, 2, 3, 4}, 5);
            } else if (login == 2) {
                // A length of 256 MiB.
                peer.write(new byte[] {FrameType.PUSH, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F}, 5);
            } else if (login == 3) {
                peer.write(new byte[] {FrameType.PUSH, 3, 0, 0, 1}, 5);
            } else {
                // Unknown, but of the kind that is skipped.
                peer.write(new byte[] {(byte) 0x99, 1, 0}, 3);
                peer.push(0, 1, "m1", "well");
            }
        };
        connectAlice(ClientStore.inMemory());
        await().untilAsserted(() -> assertThat(received).containsExactly("well"));
        assertThat(logins).hasValue(4);
    }

    @Test
    void survivesListenersThatThrowErrors() {
        connect(builder().bind("demo", "alice", TokenSource.fixed("demo/alice"), message -> {
            throw new AssertionError("boom");
        }));
        await().until(() -> events.contains("bound alice"));
        room.peer().push(0, 1, "m1", "x");
        awaitAcks("0:1:1:2");
    }

    @Test
    void bindsEveryAppInOneConnect() {
        connect(builder()
                .bind("demo", "alice", TokenSource.fixed("demo/alice"), message -> {})
                .bind("shop", "bob", TokenSource.fixed("shop/bob"), message -> {}));
        await().until(() -> events.contains("bound alice") && events.contains("bound bob"));
        List<Integer> numbers = new ArrayList<>();
        for (Connect connect : room.connects) {
            connect.getBindingsList().stream().map(BindRequest::getBinding).forEach(numbers::add);
        }
        assertThat(room.peers).hasSize(1);
        assertThat(numbers).doesNotHaveDuplicates();
    }
}

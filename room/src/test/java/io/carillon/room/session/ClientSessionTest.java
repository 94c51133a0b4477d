package io.carillon.room.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.App;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastCountsResponse;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.LoadEntry;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.LoadResult;
import io.carillon.contract.NodeRef;
import io.carillon.contract.UplinkResponse;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.Varint;
import io.carillon.protocol.client.Bind;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.FlickerHandle;
import io.carillon.protocol.client.Tags;
import io.carillon.protocol.client.Uplink;
import io.carillon.protocol.client.UplinkAck;
import io.carillon.room.TestTokens;
import io.carillon.room.broadcast.BroadcastDesk;
import io.carillon.room.broadcast.BroadcastLimits;
import io.carillon.room.broadcast.BroadcastLoop;
import io.carillon.room.broadcast.BroadcastStore;
import io.carillon.room.broadcast.NoCounters;
import io.carillon.room.delivery.Binding;
import io.carillon.room.delivery.DeliveryLimits;
import io.carillon.room.delivery.DeliveryLoop;
import io.carillon.room.delivery.DeliveryOutcome;
import io.carillon.room.delivery.Mailboxes;
import io.carillon.room.flicker.FlickerLimits;
import io.carillon.room.flicker.FlickerOutcome;
import io.carillon.room.flicker.Flickers;
import io.carillon.room.heartbeat.HeartbeatDesk;
import io.carillon.room.label.RecordedLabels;
import io.carillon.room.label.TagChanges;
import io.carillon.room.login.AppKeys;
import io.carillon.room.login.AppNetworks;
import io.carillon.room.login.TokenVerifier;
import io.carillon.room.loop.VirtualLoop;
import io.carillon.room.registration.Session;
import io.carillon.room.uplink.UplinkGatherer;
import io.carillon.room.uplink.UplinkLimits;
import io.carillon.runtime.heartbeat.LearningLimits;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The state machine of a connection, without a socket and in virtual time. */
class ClientSessionTest {
    private static final long CONNECTION_ID = 0x0100_0000_0700_0001L;

    private final VirtualLoop loop = new VirtualLoop();
    private RecordedSession client = new RecordedSession();
    private final List<Session> opened = new ArrayList<>();
    private final List<Session> closed = new ArrayList<>();
    private final List<Session> renamed = new ArrayList<>();
    private final List<FlickerOutcome> flickered = new ArrayList<>();
    private final Flickers flickers =
            new Flickers(FlickerLimits.defaults(), kept -> closed.add(kept.session()), flickered::add);
    private @Nullable Refusal refusal;
    private boolean loggedIn;
    private boolean left;
    private final Visitor visitor = visitor();
    private final CompletableFuture<UplinkResponse> uplinks = new CompletableFuture<>();
    private final RecordedLabels labels = new RecordedLabels();
    private final List<LoadEntry> loads = new ArrayList<>();
    private final HeartbeatDesk heartbeats = new HeartbeatDesk(LearningLimits.defaults());
    private final SessionLoop shared = shared();
    private Phase phase = new Login(shared, client, CONNECTION_ID, Duration.ZERO, visitor);

    private Visitor visitor() {
        return new Visitor() {
            @Override
            public @Nullable Refusal askToLogIn(String deviceId) {
                return refusal;
            }

            @Override
            public void loggedIn() {
                loggedIn = true;
            }

            @Override
            public void left() {
                left = true;
            }
        };
    }

    private SessionLoop shared() {
        AppKeys keys = new AppKeys() {
            @Override
            public @Nullable App app(String id) {
                App app = TestTokens.app(id);
                return id.equals("fenced")
                        ? app.toBuilder().addDenyNetworks("203.0.113.0/24").build()
                        : app;
            }

            @Override
            public long version() {
                return 1;
            }
        };
        SessionRegistration registration = new SessionRegistration() {
            @Override
            public void opened(Session session) {
                opened.add(session);
            }

            @Override
            public void closed(Session session) {
                closed.add(session);
            }

            @Override
            public void renamed(Session before, Session now) {
                renamed.add(before);
                opened.add(now);
            }

            @Override
            public void replaced(Session session) {
                closed.add(session);
            }
        };
        Mailboxes mailboxes = new Mailboxes() {
            @Override
            public CompletableFuture<LoadResponse> load(LoadRequest request, Duration timeout) {
                LoadResponse.Builder response = LoadResponse.newBuilder();
                loads.addAll(request.getEntriesList());
                request.getEntriesList()
                        .forEach(entry -> response.addResults(
                                LoadResult.newBuilder().setLoaded(true).setTagsKnown(true)));
                return CompletableFuture.completedFuture(response.build());
            }

            @Override
            public CompletableFuture<AckResponse> ack(AckRequest request, Duration timeout) {
                AckResponse.Builder response = AckResponse.newBuilder();
                request.getEntriesList().forEach(entry -> response.addApplied(true));
                return CompletableFuture.completedFuture(response.build());
            }
        };
        BroadcastStore lists = new BroadcastStore() {
            @Override
            public CompletableFuture<BroadcastsResponse> lists(BroadcastsRequest request, Duration timeout) {
                return new CompletableFuture<>();
            }

            @Override
            public CompletableFuture<BroadcastCountsResponse> counts(BroadcastCountsRequest request, Duration timeout) {
                return new CompletableFuture<>();
            }
        };
        BroadcastLoop broadcasts = new BroadcastDesk(
                        loop,
                        BroadcastLimits.defaults(),
                        NodeRef.getDefaultInstance(),
                        lists,
                        (ban, then) -> false,
                        new NoCounters())
                .newLoop(loop);
        return new SessionLoop(
                "room-1",
                loop,
                SessionLimits.defaults(),
                new TokenVerifier(
                        keys, "default", Duration.ofSeconds(60), 10, System::currentTimeMillis, (app, user) -> null),
                registration,
                new ConnectionSecrets(new byte[32]),
                new DeliveryLoop(loop, DeliveryLimits.defaults(), mailboxes, broadcasts, "room-1", bound -> 0),
                new UplinkGatherer(loop, UplinkLimits.defaults(), (request, timeout) -> uplinks),
                new TagChanges(loop, labels),
                broadcasts,
                heartbeats,
                flickers,
                new AppNetworks());
    }

    private void frame(int type, byte... body) {
        try {
            phase = phase.onFrame(type, ByteBuffer.wrap(body));
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
        client.session = phase.session();
        loop.run();
    }

    private ClientSession login(String... users) {
        Connect.Builder connect = Connect.newBuilder().setProtocolVersion(1).setDeviceId("device");
        for (int i = 0; i < users.length; i++) {
            connect.addBindings(BindRequest.newBuilder().setBinding(i).setToken(TestTokens.of("demo", users[i])));
        }
        frame(FrameType.CONNECT, connect.build().toByteArray());
        ClientSession session = Objects.requireNonNull(phase.session());
        for (String user : users) {
            binding(user).onMayLoad();
        }
        loop.run();
        return session;
    }

    private Binding binding(String user) {
        return Objects.requireNonNull(Objects.requireNonNull(phase.session()).binding("demo", user));
    }

    private DeliveryOutcome deliver(String user, long seq, long prevSeq) {
        return Objects.requireNonNull(phase.session())
                .deliver(DeliverEntry.newBuilder()
                        .setApp("demo")
                        .setUser(user)
                        .setSeq(seq)
                        .setPrevSeq(prevSeq)
                        .setMessageId(ByteString.copyFrom(new byte[16]))
                        .build());
    }

    private void ack(long seq) {
        ByteBuffer body = ByteBuffer.allocate(64);
        AckFrame.writeStart(body, -1);
        AckFrame.writeEntry(body, AckFrame.KIND_DONE, false, 0, 0, new long[] {seq}, 0, 1);
        byte[] bytes = new byte[body.position()];
        body.flip().get(bytes);
        frame(FrameType.ACK, bytes);
    }

    /** Lets time pass as the wheel would: the machine is called at the deadline it asked for. */
    private void pass(Duration time) {
        long end = loop.nowNs() + time.toNanos();
        while (client.callAtNs <= end && client.failed == null) {
            loop.pass(Duration.ofNanos(Math.max(0, client.callAtNs - loop.nowNs())));
            client.callAtNs = Long.MAX_VALUE;
            phase.onTime(loop.nowNs());
        }
        loop.pass(Duration.ofNanos(Math.max(0, end - loop.nowNs())));
    }

    @Test
    void answersConnectedBeforeAnythingIsRegistered() {
        login("alice");

        assertThat(client.sent.getFirst().type()).isEqualTo(FrameType.CONNECTED);
        assertThat(opened).extracting(Session::user).containsExactly("alice");
        assertThat(opened.getFirst().connectionId()).isEqualTo(CONNECTION_ID);
    }

    @Test
    void refusesABindingFromANetworkThatItsAppDoesNotTake() throws Exception {
        client.address = InetAddress.getByName("203.0.113.9");
        frame(
                FrameType.CONNECT,
                Connect.newBuilder()
                        .setProtocolVersion(1)
                        .setDeviceId("device")
                        .addBindings(BindRequest.newBuilder().setToken(TestTokens.of("fenced", "ann")))
                        .addBindings(BindRequest.newBuilder().setBinding(1).setToken(TestTokens.of("demo", "ann")))
                        .build()
                        .toByteArray());

        Connected connected = (Connected) client.sent.getFirst().body();
        assertThat(connected.getBindings(0).getCode()).isEqualTo(ProtocolCode.ADDRESS_REFUSED.wire());
        assertThat(connected.getBindings(1).getCode()).isZero();
    }

    @Test
    void answersBusyWithTheTimeThatAdmissionSays() {
        refusal = new Refusal("too many logins", 7000);
        frame(
                FrameType.CONNECT,
                Connect.newBuilder()
                        .setProtocolVersion(1)
                        .setDeviceId("device")
                        .build()
                        .toByteArray());

        assertThat(client.sent.getFirst().body())
                .isEqualTo(Busy.newBuilder()
                        .setRetryAfterMs(7000)
                        .setReason("too many logins")
                        .build());
        assertThat(client.closed).isEqualTo(CloseReason.REFUSED);
        assertThat(phase.session()).isNull();
        assertThat(loggedIn).isFalse();
        phase.onClosed();
        assertThat(left).isTrue();
    }

    @Test
    void giveUpOnAClientThatDoesNotLogIn() {
        pass(Duration.ofMillis(4999));
        assertThat(client.failed).isNull();
        pass(Duration.ofMillis(1));
        assertThat(client.failed).isEqualTo(ProtocolCode.LOGIN_TIMEOUT);
    }

    @Test
    void closesAfterOneAndAHalfIntervalsAndAGraceOfSilence() {
        login("alice");
        frame(FrameType.PING, (byte) 60);
        assertThat(client.pongs).isOne();

        pass(Duration.ofMillis(119_999));
        assertThat(client.failed).isNull();
        pass(Duration.ofMillis(1));
        assertThat(client.failed).isEqualTo(ProtocolCode.IDLE_TIMEOUT);
    }

    @Test
    void closesDeadPeersInTimeWhateverIntervalsTheyAnnounce() {
        Random random = new Random(11);
        login("alice");
        int interval = 210;
        for (int beat = 0; beat < 300; beat++) {
            pass(Duration.ofSeconds(random.nextInt(interval)));
            interval = 45 + random.nextInt(1_716);
            ping(interval);
            assertThat(client.failed).as("beat %d", beat).isNull();
        }
        Duration silence = Duration.ofMillis(interval * 1_500L + 30_000);
        pass(silence.minusMillis(1));
        assertThat(client.failed).isNull();
        pass(Duration.ofMillis(1));
        assertThat(client.failed).isEqualTo(ProtocolCode.IDLE_TIMEOUT);
    }

    @Test
    void costsNoMemoryAndNoTimerForAPing() {
        login("alice");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] bytes = {(byte) 0x8E, 0x02};
        ByteBuffer body = ByteBuffer.wrap(bytes);
        ping(bytes.length);
        client.callAtNs = Long.MAX_VALUE;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            pings(body, 10_000);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        // The measuring itself may allocate a little; 10,000 pings of one object each would be 160,000 bytes.
        assertThat(least).isLessThan(1_000);
        assertThat(client.callAtNs).as("deadline entered").isEqualTo(Long.MAX_VALUE);
    }

    private void pings(ByteBuffer body, int count) {
        try {
            for (int i = 0; i < count; i++) {
                body.rewind();
                phase = phase.onFrame(FrameType.PING, body);
            }
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private void ping(int... numbers) {
        ByteBuffer body = ByteBuffer.allocate(20);
        for (int number : numbers) {
            Varint.write(body, number);
        }
        byte[] bytes = new byte[body.position()];
        body.flip().get(bytes);
        frame(FrameType.PING, bytes);
    }

    @Test
    void beginsWhereOthersOnTheNetworkSettled() throws UnknownHostException {
        client.address = InetAddress.getByAddress(new byte[] {10, 0, 0, 9});
        for (int user = 0; user < 8; user++) {
            heartbeats.settled(1, client.address, user, 900, true);
        }
        heartbeats.refresh();
        Connect connect = Connect.newBuilder()
                .setProtocolVersion(1)
                .setDeviceId("device")
                .setNetworkValue(1)
                .build();
        frame(FrameType.CONNECT, connect.toByteArray());
        Connected answer = (Connected) client.sent.getFirst().body();
        assertThat(answer.getHeartbeat().getStartSeconds()).isEqualTo(900);
    }

    @Test
    void believesASettledIntervalThatTheConnectionLivedThrough() {
        login("alice");
        ping(400);
        ping(400, 400);
        assertThat(heartbeats.unproven()).isOne();
        pass(Duration.ofMinutes(6));
        ping(400, 400);
        assertThat(heartbeats.unproven()).isOne();
        assertThat(heartbeats.reports()).as("the network kind is not known").isZero();
        assertThat(client.pongs).isEqualTo(3);
    }

    @Test
    void takesAnyFrameAsASignOfLife() {
        login("alice");
        frame(FrameType.PING, (byte) 60);
        pass(Duration.ofSeconds(100));
        frame(0x80);
        pass(Duration.ofSeconds(100));
        assertThat(client.failed).isNull();
        pass(Duration.ofSeconds(20));
        assertThat(client.failed).isEqualTo(ProtocolCode.IDLE_TIMEOUT);
    }

    @Test
    void asksAClientThatDoesNotAcknowledgeAndClosesWhereItIsMute() {
        login("alice");
        deliver("alice", 5, 0);

        pass(Duration.ofMillis(19_999));
        assertThat(client.pings).isZero();
        pass(Duration.ofMillis(1));
        assertThat(client.pings).isOne();
        pass(Duration.ofSeconds(10));
        assertThat(client.failed).isEqualTo(ProtocolCode.UNRESPONSIVE);
    }

    @Test
    void sendsNothingMoreToAClientThatAnswersButDoesNotAcknowledge() {
        login("alice");
        deliver("alice", 5, 0);
        pass(Duration.ofSeconds(20));
        frame(FrameType.PONG);

        assertThat(deliver("alice", 6, 5)).isEqualTo(DeliveryOutcome.LATER);
        pass(Duration.ofSeconds(30));
        assertThat(client.failed).isNull();
        ack(5);
        assertThat(Objects.requireNonNull(phase.session()).window()).isEqualTo(16);
    }

    @Test
    void triesAgainAfterThePause() {
        login("alice");
        deliver("alice", 5, 0);
        pass(Duration.ofSeconds(20));
        frame(FrameType.PONG);
        assertThat(Objects.requireNonNull(phase.session()).window()).isZero();

        pass(Duration.ofSeconds(60));
        assertThat(Objects.requireNonNull(phase.session()).window()).isEqualTo(16);
        assertThat(client.pings).isOne();
    }

    @Test
    void doesNotPauseAClientThatAcknowledgesOthers() {
        login("alice");
        deliver("alice", 5, 0);
        pass(Duration.ofSeconds(15));
        deliver("alice", 6, 5);
        ack(6);
        pass(Duration.ofSeconds(5));
        assertThat(client.pings).isOne();
        frame(FrameType.PONG);

        assertThat(deliver("alice", 7, 6)).isEqualTo(DeliveryOutcome.WRITTEN);
    }

    @Test
    void closesAReaderThatTakesNothing() {
        login("alice");
        client.writable = false;
        phase.onWritable(false);
        pass(Duration.ofMillis(29_999));
        assertThat(client.failed).isNull();
        pass(Duration.ofMillis(1));
        assertThat(client.failed).isEqualTo(ProtocolCode.SLOW_READER);
    }

    @Test
    void forgivesAReaderThatWentOn() {
        login("alice");
        phase.onWritable(false);
        pass(Duration.ofSeconds(20));
        phase.onWritable(true);
        pass(Duration.ofSeconds(20));
        assertThat(client.failed).isNull();
    }

    @Test
    void takesANewWindowFromAnAck() {
        ClientSession session = login("alice");
        frame(FrameType.ACK, (byte) 1, (byte) 0);
        assertThat(deliver("alice", 5, 0)).isEqualTo(DeliveryOutcome.LATER);
        frame(FrameType.ACK, (byte) 1, (byte) 3);
        assertThat(session.window()).isEqualTo(3);
    }

    @Test
    void staysAVisitorUntilItHasABinding() {
        frame(
                FrameType.CONNECT,
                Connect.newBuilder()
                        .setProtocolVersion(1)
                        .setDeviceId("device")
                        .addBindings(BindRequest.newBuilder().setToken("no token"))
                        .build()
                        .toByteArray());
        assertThat(client.refused).containsExactly(ProtocolCode.TOKEN_REFUSED);
        assertThat(loggedIn).isFalse();
        assertThat(phase.isVisitor()).isTrue();
        assertThat(phase.frameBytesMax()).isEqualTo(ProtocolVersion.FRAME_BYTES_MAX_BEFORE_LOGIN);

        frame(FrameType.BIND, bind(TestTokens.of("demo", "alice")));
        assertThat(loggedIn).isTrue();
        assertThat(phase.isVisitor()).isFalse();
        assertThat(left).isFalse();
    }

    @Test
    void aVisitorThatNeverBindsIsOneToItsEnd() {
        frame(
                FrameType.CONNECT,
                Connect.newBuilder()
                        .setProtocolVersion(1)
                        .setDeviceId("device")
                        .build()
                        .toByteArray());
        pass(Duration.ofSeconds(11));
        assertThat(client.failed).isEqualTo(ProtocolCode.NO_BINDINGS);
        phase.onClosed();
        assertThat(loggedIn).isFalse();
        assertThat(left).isTrue();
    }

    @Test
    void closesAClientWhoseBindingsAreRefusedAgainAndAgain() {
        login("alice");
        for (int i = 0; i < 31; i++) {
            frame(FrameType.BIND, bind("no token " + i));
        }
        assertThat(client.failed).isNull();
        frame(FrameType.BIND, bind("no token"));
        assertThat(client.failed).isEqualTo(ProtocolCode.RATE_LIMITED);
    }

    private static byte[] bind(String token) {
        return Bind.newBuilder()
                .setBinding(BindRequest.newBuilder().setBinding(1).setToken(token))
                .build()
                .toByteArray();
    }

    @Test
    void closesOnceItHasNoBinding() {
        ClientSession session = login("alice");
        session.replaced(binding("alice"), false, "device-2", true);

        assertThat(client.sent.getLast().type()).isEqualTo(FrameType.KICKED);
        assertThat(client.failed).isEqualTo(ProtocolCode.NO_BINDINGS);
        assertThat(closed).hasSize(1);
    }

    @Test
    void tellsRegisterOfEveryBindingWhenTheSocketCloses() {
        login("alice", "bob");
        Binding alice = binding("alice");

        phase.onClosed();

        assertThat(closed).extracting(Session::user).containsExactly("alice", "bob");
        assertThat(alice.ended()).isTrue();
        assertThat(deliver("alice", 5, 0)).isEqualTo(DeliveryOutcome.NO_SESSION);
    }

    @Test
    void boundsTheUplinksOfAConnection() {
        login("alice");
        for (int i = 0; i <= 16; i++) {
            frame(FrameType.UPLINK, Uplink.newBuilder().setId("u" + i).build().toByteArray());
        }

        UplinkAck last = (UplinkAck) client.sent.getLast().body();
        assertThat(last.getId()).isEqualTo("u16");
        assertThat(last.getCode()).isEqualTo(ProtocolCode.RATE_LIMITED.wire());
    }

    @Test
    void saysUnavailableWhenTheUplinkQueueDoesNotAnswer() {
        login("alice");
        frame(FrameType.UPLINK, Uplink.newBuilder().setId("u").build().toByteArray());
        uplinks.completeExceptionally(new IllegalStateException("gone"));
        loop.run();

        UplinkAck ack = (UplinkAck) client.sent.getLast().body();
        assertThat(ack.getCode()).isEqualTo(ProtocolCode.UNAVAILABLE.wire());
        assertThat(ack.getRetryAfterSeconds()).isEqualTo(5);
    }

    @Test
    void changesTheTagsOfItsBindingAndLoadsThem() {
        login("alice");
        loads.clear();

        frame(
                FrameType.TAGS,
                Tags.newBuilder().setBinding(0).addAdd("red").build().toByteArray());
        frame(
                FrameType.TAGS,
                Tags.newBuilder().setBinding(5).addAdd("nobody's").build().toByteArray());
        pass(Duration.ofSeconds(1));

        assertThat(labels.requests).hasSize(1);
        assertThat(labels.requests.getFirst().getUser().getUser()).isEqualTo("alice");
        assertThat(loads).extracting(LoadEntry::getTagsVersion).containsExactly(1L);
        assertThat(client.failed).isNull();
    }

    @Test
    void ignoresTagsWhereTheAppDoesNotLetItsClientsChangeThem() {
        labels.allowed = false;
        login("alice");

        frame(
                FrameType.TAGS,
                Tags.newBuilder().setBinding(0).addAdd("red").build().toByteArray());
        pass(Duration.ofSeconds(1));

        assertThat(labels.requests).isEmpty();
        assertThat(client.failed).isNull();
        assertThat(client.closed).isNull();
    }

    private static final long SECOND_ID = 0x0100_0000_0800_0001L;

    /** The device connects again, naming the connection that it had. */
    private Connected comeBack(long lost, String... users) {
        RecordedSession again = new RecordedSession();
        phase = new Login(shared, again, SECOND_ID, Duration.ZERO, visitor);
        client = again;
        Connect.Builder connect = Connect.newBuilder()
                .setProtocolVersion(1)
                .setDeviceId("device")
                .setResume(FlickerHandle.newBuilder()
                        .setConnectionId(lost)
                        .setSecret(ByteString.copyFrom(shared.secrets().of(lost))));
        for (int i = 0; i < users.length; i++) {
            connect.addBindings(BindRequest.newBuilder().setBinding(i).setToken(TestTokens.of("demo", users[i])));
        }
        frame(FrameType.CONNECT, connect.build().toByteArray());
        return (Connected) client.sent.getFirst().body();
    }

    private void lose() {
        phase.onLost();
        loop.run();
    }

    @Test
    void whoComesRightBackHasItsWindowAndCallsNobody() {
        login("alice");
        deliver("alice", 1, 0);
        deliver("alice", 2, 1);
        deliver("alice", 3, 2);
        ack(2);
        loop.run();
        int loadsBefore = loads.size();
        lose();

        Connected answer = comeBack(CONNECTION_ID, "alice");

        assertThat(answer.getResumed()).isTrue();
        assertThat(client.pushed).containsExactly(1L, 3L);
        assertThat(renamed).extracting(Session::connectionId).containsExactly(CONNECTION_ID);
        assertThat(opened.getLast().connectionId()).isEqualTo(SECOND_ID);
        assertThat(closed).isEmpty();
        assertThat(deliver("alice", 4, 3)).isEqualTo(DeliveryOutcome.WRITTEN);
        assertThat(loads).hasSize(loadsBefore);
        assertThat(flickered).containsExactly(FlickerOutcome.KEPT, FlickerOutcome.RESUMED);
    }

    @Test
    void whatIsAddressedToALostConnectionIsRememberedAndLoadedByItsHeir() {
        login("alice");
        lose();
        assertThat(flickers.note(CONNECTION_ID, "demo", "alice", false)).isInstanceOf(Flickers.Found.Waits.class);
        assertThat(flickers.note(CONNECTION_ID, "demo", "bob", false)).isInstanceOf(Flickers.Found.Nowhere.class);
        int loadsBefore = loads.size();

        comeBack(CONNECTION_ID, "alice");

        assertThat(loads).hasSize(loadsBefore + 1);
        assertThat(flickers.note(CONNECTION_ID, "demo", "alice", false)).isEqualTo(new Flickers.Found.Heir(SECOND_ID));
    }

    @Test
    void whoComesBackForSomeOfItsBindingsEndsTheOthers() {
        login("alice", "bob");
        lose();
        assertThat(comeBack(CONNECTION_ID, "alice").getResumed()).isTrue();
        assertThat(closed).extracting(Session::user).containsExactly("bob");
    }

    @Test
    void whoComesBackTooLateHasNothing() {
        login("alice");
        flickers.start(loop);
        lose();
        loop.pass(Duration.ofMillis(9_900));
        assertThat(closed).isEmpty();
        loop.pass(Duration.ofMillis(600));
        assertThat(closed).extracting(Session::user).containsExactly("alice");
        assertThat(flickers.size()).isZero();

        assertThat(comeBack(CONNECTION_ID, "alice").getResumed()).isFalse();
        assertThat(flickered).containsExactly(FlickerOutcome.KEPT, FlickerOutcome.EXPIRED, FlickerOutcome.MISSED);
    }

    @Test
    void theStateOfALostConnectionIsGivenOnce() {
        login("alice");
        lose();
        assertThat(comeBack(CONNECTION_ID, "alice").getResumed()).isTrue();
        assertThat(comeBack(CONNECTION_ID, "alice").getResumed()).isFalse();
    }

    @Test
    void beyondTheBoundALostConnectionJustEnds() {
        Flickers none = new Flickers(new FlickerLimits(Duration.ofSeconds(10), 1), kept -> {}, flickered::add);
        assertThat(none.keep(1, "device", loop.nowNs(), List.of())).isTrue();
        assertThat(none.keep(2, "device", loop.nowNs(), List.of())).isFalse();
        assertThat(flickered).containsExactly(FlickerOutcome.KEPT, FlickerOutcome.NOT_KEPT);
    }

    @Test
    void aMovedClientHasAMomentToSayGoodbyeItself() {
        ClientSession session = login("alice");
        session.replaced(binding("alice"), true, "device", true);
        pass(Duration.ofSeconds(9));
        assertThat(client.closed).isNull();
        pass(Duration.ofSeconds(1));
        assertThat(client.closed).isEqualTo(CloseReason.MOVED);
    }
}

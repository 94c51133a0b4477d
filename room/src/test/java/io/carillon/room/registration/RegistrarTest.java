package io.carillon.room.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.NodeRef;
import io.carillon.contract.PendingRequest;
import io.carillon.contract.PendingResponse;
import io.carillon.contract.UserKey;
import io.carillon.room.loop.VirtualLoop;
import io.carillon.runtime.bucket.Buckets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RegistrarTest {
    private final VirtualLoop loop = new VirtualLoop();
    private final List<String> loaded = new ArrayList<>();
    private final List<String> superseded = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private boolean pending;
    private boolean pendingFails;
    private final SessionEvents events = new SessionEvents() {
        @Override
        public void mayLoad(List<Session> sessions) {
            sessions.forEach(session -> loaded.add(session.user()));
        }

        @Override
        public void superseded(Session session, String newcomerDevice) {
            superseded.add(session.user() + " by " + newcomerDevice);
        }
    };
    private final Registrar registrar = new Registrar(
            loop,
            RegistrationLimits.defaults(),
            NodeRef.newBuilder().setName("room-1").setIncarnation(1).build(),
            events,
            (request, timeout) -> answer(request),
            bound -> 0);
    private final FakeRegister one = new FakeRegister("register-1");
    private final FakeRegister two = new FakeRegister("register-2");
    private long connections;

    private CompletableFuture<PendingResponse> answer(PendingRequest request) {
        if (pendingFails) {
            return CompletableFuture.failedFuture(new IllegalStateException("gone"));
        }
        PendingResponse.Builder response = PendingResponse.newBuilder();
        for (UserKey user : request.getUsersList()) {
            asked.add(user.getUser());
            response.addPending(pending);
        }
        return CompletableFuture.completedFuture(response.build());
    }

    private Session open(String user) {
        Session session = new Session("app", user, ++connections, "device", "wifi", loop.nowNs());
        registrar.opened(session);
        loop.run();
        return session;
    }

    private void registers(FakeRegister... registers) {
        registrar.onRegisters(List.of(registers));
        loop.run();
    }

    @Test
    void registersBeforeItLoads() {
        registers(one);

        open("alice");

        assertThat(one.sessions).containsKey("alice");
        assertThat(loaded).containsExactly("alice");
    }

    private Session rename(Session before) {
        Session now = new Session("app", before.user(), ++connections, "device", "wifi", loop.nowNs());
        registrar.renamed(before, now);
        loop.run();
        return now;
    }

    @Test
    void aClientThatCameRightBackIsRegisteredAnewWithoutALoadOrAQuestion() {
        registers(one);
        Session before = open("alice");
        loaded.clear();

        Session now = rename(before);

        assertThat(one.sessions).containsEntry("alice", now.connectionId());
        assertThat(registrar.sessions()).isEqualTo(1);
        loop.pass(Duration.ofSeconds(30));
        assertThat(loaded).isEmpty();
        assertThat(asked).isEmpty();
        assertThat(one.agrees("app")).isTrue();
    }

    @Test
    void tellsARegisterThatTakesBucketsOverOnceWhoLeftInTheLastMinute() {
        registers(one);
        Session alice = open("alice");
        Session bob = open("bob");
        loop.pass(Duration.ofSeconds(1));
        registrar.closed(alice);
        loop.run();
        loop.pass(Duration.ofSeconds(50));
        registrar.closed(bob);
        loop.run();
        loop.pass(Duration.ofSeconds(20));
        assertThat(one.departures).as("it heard of them when they left").isEmpty();

        registers(two);
        two.failing = true;
        loop.pass(Duration.ofSeconds(1));
        two.failing = false;
        loop.pass(Duration.ofSeconds(30));

        assertThat(two.departures).singleElement().satisfies(departure -> {
            assertThat(departure.getUser()).isEqualTo("bob");
            assertThat(departure.getAgoMs()).isBetween(20_000L, 24_000L);
        });
    }

    @Test
    void aClientThatCameRightBackAsksWhereTheRegisterWasAnotherMeanwhile() {
        registers(one);
        Session before = open("alice");
        loaded.clear();
        one.failing = true;
        rename(before);
        one.failing = false;
        one.sessions.clear();
        one.incarnation = 2;
        registrar.onUp(one, 2);
        loop.pass(Duration.ofSeconds(30));

        assertThat(one.sessions).containsKey("alice");
        assertThat(asked).contains("alice");
        assertThat(registrar.sessions()).isEqualTo(1);
        assertThat(one.agrees("app")).isTrue();
    }

    @Test
    void aClientThatCameBackAndLeftBeforeItWasRegisteredLeavesNothing() {
        registers(one);
        Session before = open("alice");
        one.failing = true;
        Session now = rename(before);
        registrar.closed(now);
        loop.run();
        one.failing = false;
        loop.pass(Duration.ofSeconds(30));

        assertThat(one.sessions).isEmpty();
        assertThat(registrar.sessions()).isZero();
    }

    @Test
    void loadsAtOnceWithoutARegisterAndAgainOnceRegistered() {
        open("alice");
        assertThat(loaded).containsExactly("alice");

        registers(one);
        loop.pass(Duration.ofSeconds(1));

        assertThat(one.sessions).containsKey("alice");
        assertThat(loaded).containsExactly("alice", "alice");
        assertThat(asked).isEmpty();
    }

    @Test
    void loadsAtOnceWhereTheRegisterDoesNotAnswer() {
        registers(one);
        one.failing = true;
        open("alice");
        loop.pass(Duration.ofSeconds(1));
        assertThat(loaded).containsExactly("alice");

        one.failing = false;
        loop.pass(Duration.ofSeconds(5));
        assertThat(one.sessions).containsKey("alice");
        assertThat(loaded).containsExactly("alice", "alice");
    }

    @Test
    void asksAgainWhereTheRegisterDoesNotTakeTheBucket() {
        registers(one);
        one.refusing = true;
        open("alice");
        loop.pass(Duration.ofSeconds(1));
        assertThat(one.sessions).isEmpty();
        one.refusing = false;
        loop.pass(Duration.ofSeconds(5));
        assertThat(one.sessions).containsKey("alice");
    }

    @Test
    void tellsADigestOfJustWhatTheRegisterHolds() {
        registers(one);
        for (int i = 0; i < 500; i++) {
            Session session = open("user-" + i);
            if (i % 3 == 0) {
                registrar.closed(session);
            }
        }
        loop.pass(Duration.ofSeconds(11));

        assertThat(one.sessions).hasSize(333);
        assertThat(one.wholeBuckets()).isEqualTo(Buckets.COUNT);
        assertThat(one.agrees("app")).isTrue();
    }

    @Test
    void movesBucketsToTheRegisterThatOwnsThem() {
        registers(one);
        for (int i = 0; i < 1000; i++) {
            open("user-" + i);
        }
        loaded.clear();
        pending = true;
        registers(one, two);
        loop.pass(Duration.ofSeconds(11));

        assertThat(two.sessions.size()).isBetween(300, 700);
        assertThat(one.wholeBuckets() + two.wholeBuckets()).isEqualTo(Buckets.COUNT);
        assertThat(two.agrees("app")).isTrue();
        assertThat(asked).containsExactlyInAnyOrderElementsOf(two.sessions.keySet());
        assertThat(loaded).containsExactlyInAnyOrderElementsOf(two.sessions.keySet());
    }

    @Test
    void tellsANewLifeOfARegisterAll() {
        registers(one);
        open("alice");
        loop.pass(Duration.ofSeconds(1));
        one.sessions.clear();
        one.incarnation = 2;

        registrar.onUp(one, 2);
        loop.pass(Duration.ofSeconds(1));

        assertThat(one.sessions).containsKey("alice");
        assertThat(asked).containsExactly("alice");
        assertThat(loaded).containsExactly("alice");
    }

    @Test
    void sendsABucketAgainThatTheRegisterAsksFor() {
        registers(one);
        open("alice");
        loop.pass(Duration.ofSeconds(1));
        one.sessions.clear();
        one.resend.add(Buckets.of("app", "alice"));

        loop.pass(Duration.ofSeconds(11));

        assertThat(one.sessions).containsKey("alice");
        assertThat(one.agrees("app")).isTrue();
    }

    @Test
    void sendsASessionAgainNoFasterThanTheBound() {
        for (int i = 0; i < 5000; i++) {
            registrar.opened(new Session("app", "user-" + i, i, "device", "", loop.nowNs()));
        }
        loop.run();
        registers(one);
        loop.pass(Duration.ofMillis(50));
        assertThat(one.sessions.size()).isLessThanOrEqualTo(3500);
        loop.pass(Duration.ofMillis(200));
        assertThat(one.sessions).hasSize(5000);
        assertThat(one.batches).allMatch(size -> size <= 1000);
    }

    @Test
    void repeatsTheQuestionForPendingUsersUntilItIsAnswered() {
        registers(one);
        open("alice");
        pendingFails = true;
        pending = true;
        registrar.onUp(one, 2);
        loop.pass(Duration.ofSeconds(3));
        assertThat(loaded).containsExactly("alice");

        pendingFails = false;
        loop.pass(Duration.ofSeconds(5));
        assertThat(loaded).containsExactly("alice", "alice");
    }

    @Test
    void endsASessionThatTheRegisterCallsSuperseded() {
        registers(one);
        one.supersededBy = "device-2";
        Session session = open("alice");
        assertThat(superseded).containsExactly("alice by device-2");

        registrar.closed(session);
        loop.pass(Duration.ofSeconds(11));
        assertThat(registrar.sessions()).isZero();
        assertThat(registrar.isQuiet()).isTrue();
        assertThat(loaded).isEmpty();
    }

    @Test
    void aLateGoodbyeDoesNotRemoveANewLogin() {
        registers(one);
        Session old = open("alice");
        Session newer = open("alice");
        registrar.closed(old);
        loop.pass(Duration.ofSeconds(11));

        assertThat(one.sessions).containsEntry("alice", newer.connectionId());
        assertThat(one.agrees("app")).isTrue();
    }

    @Test
    void queuesNothingForARegisterThatIsAway() {
        registers(one);
        one.connected = false;
        for (int i = 0; i < 1000; i++) {
            registrar.closed(open("user-" + i));
        }
        loop.run();

        assertThat(registrar.backlog()).isLessThanOrEqualTo(1);
        one.connected = true;
        registrar.onUp(one, 1);
        loop.pass(Duration.ofSeconds(11));
        assertThat(one.sessions).isEmpty();
        assertThat(one.bitmaps).isPositive();
    }
}

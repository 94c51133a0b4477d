package io.carillon.center.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.center.fleet.FakeFleet;
import io.carillon.center.fleet.FakePeer;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.route.GatherBounds;
import io.carillon.center.route.RouteFate;
import io.carillon.center.route.RouteListener;
import io.carillon.center.route.Router;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.DeliverResponse;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.NodeRef;
import io.carillon.contract.Presence;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutRequest;
import io.carillon.contract.PutResponse;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.contract.Route;
import io.carillon.contract.ScheduleDoneRequest;
import io.carillon.contract.ScheduleDoneResponse;
import io.carillon.contract.ScheduleTakeRequest;
import io.carillon.contract.ScheduleTakeResponse;
import io.carillon.contract.ScheduledEntry;
import io.carillon.contract.ScheduledPost;
import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.timeout.UniformTimeout;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScheduleRunnerTest {
    private static final long DUE_AT_MS = 1_000_000;
    private static final long TTL_MS = 60_000;
    private static final ByteString REQUEST = ByteString.copyFromUtf8("the request's id");

    private final FakeFleet fleet = new FakeFleet();
    private final FakePeer saver = fleet.addSaver("saver-1");
    private final FakePeer room = fleet.addRoom("room-1");
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final Queue<ScheduledPost> due = new ConcurrentLinkedQueue<>();
    private final Map<ScheduledFate, Integer> fates = new ConcurrentHashMap<>();
    private final AtomicLong ceilingSeconds = new AtomicLong();
    private @Nullable ScheduleRunner runner;

    @BeforeEach
    void serve() {
        saver.answer(SaverMethods.SCHEDULE_TAKE, request -> {
                    ScheduledPost next = due.poll();
                    return next == null
                            ? ScheduleTakeResponse.getDefaultInstance()
                            : ScheduleTakeResponse.newBuilder().addPosts(next).build();
                })
                .answer(SaverMethods.SCHEDULE_DONE, request -> ScheduleDoneResponse.newBuilder()
                        .addAllDeleted(request.getRequestIdsList())
                        .build())
                .answer(SaverMethods.PUT, request -> put(request, PutStatus.PUT_STATUS_STORED));
        fleet.addRegister("register-1").answer(RegisterMethods.LOOKUP, request -> LookupResponse.newBuilder()
                .addResults(LookupResult.newBuilder()
                        .setPresence(Presence.PRESENCE_ONLINE)
                        .setRoute(Route.newBuilder().setRoom("room-1").setConnectionId(9)))
                .build());
        room.answer(RoomMethods.DELIVER, request -> DeliverResponse.newBuilder()
                .addOutcomes(DeliverOutcome.DELIVER_OUTCOME_WRITTEN)
                .build());
    }

    @AfterEach
    void stop() {
        close();
        scheduler.shutdownNow();
    }

    private void close() {
        if (runner != null) {
            runner.close();
        }
    }

    @Test
    void putsWhatIsDueUnderItsIdsDeliversItAndSaysThatItIsDone() {
        due.add(post(1, false));
        startAt(DUE_AT_MS + 200);

        await().until(() -> !saver.requests(ScheduleDoneRequest.class).isEmpty());
        PutEntry entry = saver.requests(PutRequest.class).getFirst().getEntries(0);
        assertThat(entry.getUser()).isEqualTo("u0");
        assertThat(entry.getMessageId()).isEqualTo(id(0));
        assertThat(entry.getRequestId()).isEqualTo(REQUEST);
        assertThat(entry.getPayload().toStringUtf8()).isEqualTo("hello");
        assertThat(entry.getTtlMs()).isEqualTo(TTL_MS - 200);
        assertThat(entry.getRememberId()).isTrue();
        assertThat(entry.getAcceptedAtMs()).isEqualTo(DUE_AT_MS);
        assertThat(saver.requests(ScheduleDoneRequest.class).getFirst().getRequestIdsList())
                .containsExactly(REQUEST);
        await().until(() -> !room.requests(DeliverRequest.class).isEmpty());
        await().untilAsserted(() -> assertThat(fates).containsExactly(Map.entry(ScheduledFate.STORED, 1)));
        assertThat(saver.requests(ScheduleTakeRequest.class).getFirst().getLeaseMs())
                .isEqualTo(15_000);
    }

    @Test
    void givesEveryUserTheSamePayload() {
        due.add(post(3, false));
        startAt(DUE_AT_MS);

        await().until(() -> !saver.requests(PutRequest.class).isEmpty());
        assertThat(saver.requests(PutRequest.class).getFirst().getEntriesList())
                .hasSize(3)
                .allMatch(entry -> entry.getPayload().toStringUtf8().equals("hello"))
                .extracting(PutEntry::getMessageId)
                .containsExactly(id(0), id(1), id(2));
    }

    @Test
    void leavesWhatTheStoresDidNotTakeToTheNextLease() {
        saver.answer(SaverMethods.PUT, request -> put(request, PutStatus.PUT_STATUS_NOT_STORED));
        due.add(post(1, false));
        startAt(DUE_AT_MS);

        await().until(() -> saver.requests(ScheduleTakeRequest.class).size() > 2);
        assertThat(saver.requests(ScheduleDoneRequest.class)).isEmpty();
        await().untilAsserted(() -> assertThat(fates).containsExactly(Map.entry(ScheduledFate.AGAIN, 1)));
    }

    @Test
    void settlesWhatCanNeverBeStored() {
        saver.answer(SaverMethods.PUT, request -> put(request, PutStatus.PUT_STATUS_REJECTED));
        due.add(post(1, false));
        startAt(DUE_AT_MS);

        await().until(() -> !saver.requests(ScheduleDoneRequest.class).isEmpty());
        await().untilAsserted(() -> assertThat(fates).containsExactly(Map.entry(ScheduledFate.REJECTED, 1)));
    }

    @Test
    void storesWhatNobodyPostedInTimeForItsLedgerAloneAndDeliversItToNobody() {
        due.add(post(1, false));
        startAt(DUE_AT_MS + TTL_MS);

        await().until(() -> !saver.requests(ScheduleDoneRequest.class).isEmpty());
        assertThat(saver.requests(PutRequest.class).getFirst().getEntries(0).getTtlMs())
                .isEqualTo(1);
        assertThat(room.requests(DeliverRequest.class)).isEmpty();
        await().untilAsserted(() -> assertThat(fates).containsExactly(Map.entry(ScheduledFate.EXPIRED, 1)));
    }

    @Test
    void forgetsQos0BeforeItIsSent() {
        due.add(post(1, true));
        startAt(DUE_AT_MS + 200);

        await().until(() -> !room.requests(DeliverRequest.class).isEmpty());
        assertThat(saver.requests(ScheduleDoneRequest.class)).hasSize(1);
        DeliverEntry entry = room.requests(DeliverRequest.class).getFirst().getEntries(0);
        assertThat(entry.getQos0()).isTrue();
        assertThat(entry.getMessageId()).isEqualTo(id(0));
        assertThat(entry.getExpiresAtMs()).isEqualTo(DUE_AT_MS + TTL_MS);
        assertThat(saver.requests(PutRequest.class)).isEmpty();
        await().until(() -> fates.equals(Map.of(ScheduledFate.SENT, 1)));
    }

    @Test
    void sendsNoQos0ThatAnotherCenterHasSent() {
        saver.answer(SaverMethods.SCHEDULE_DONE, request -> ScheduleDoneResponse.getDefaultInstance());
        due.add(post(1, true));
        startAt(DUE_AT_MS);

        await().until(() -> saver.requests(ScheduleTakeRequest.class).size() > 2);
        assertThat(saver.requests(ScheduleDoneRequest.class)).hasSize(1);
        assertThat(room.requests(DeliverRequest.class)).isEmpty();
    }

    @Test
    void sendsNoQos0ThatItCouldNotForget() {
        saver.fail(SaverMethods.SCHEDULE_DONE, RpcStatus.CONNECTION_LOST);
        due.add(post(1, true));
        startAt(DUE_AT_MS);

        await().until(() -> saver.requests(ScheduleTakeRequest.class).size() > 2);
        assertThat(room.requests(DeliverRequest.class)).isEmpty();
        await().untilAsserted(() -> assertThat(fates).containsExactly(Map.entry(ScheduledFate.AGAIN, 1)));
    }

    @Test
    void leavesABatchOverTheCeilingToLater() {
        ceilingSeconds.set(3);
        due.add(post(2, false));
        startAt(DUE_AT_MS);

        await().until(() -> saver.requests(ScheduleTakeRequest.class).size() > 2);
        assertThat(saver.requests(PutRequest.class)).isEmpty();
        assertThat(saver.requests(ScheduleDoneRequest.class)).isEmpty();

        ceilingSeconds.set(0);
        due.add(post(2, false));
        await().until(() -> !saver.requests(ScheduleDoneRequest.class).isEmpty());
    }

    @Test
    void goesOnAfterAFailure() {
        saver.fail(SaverMethods.SCHEDULE_TAKE, RpcStatus.DEADLINE_EXCEEDED);
        startAt(DUE_AT_MS);
        await().until(() -> saver.requests(ScheduleTakeRequest.class).size() > 2);

        serve();
        due.add(post(1, false));
        await().until(() -> !saver.requests(ScheduleDoneRequest.class).isEmpty());
    }

    @Test
    void takesNothingOnceClosed() {
        startAt(DUE_AT_MS);
        await().until(() -> !saver.requests(ScheduleTakeRequest.class).isEmpty());

        close();
        scheduler.shutdown();
        await().until(scheduler::isTerminated);
        int taken = saver.requests(ScheduleTakeRequest.class).size();
        await().during(Duration.ofMillis(50))
                .until(() -> saver.requests(ScheduleTakeRequest.class).size() == taken);
    }

    private void startAt(long nowMs) {
        Clock clock = Clock.fixed(Instant.ofEpochMilli(nowMs), ZoneOffset.UTC);
        RetryBudget budget = new RetryBudget(0);
        SaverClient savers = new SaverClient(fleet, budget, Duration.ofSeconds(60));
        StoreBounds bounds = new StoreBounds(Duration.ofSeconds(120), Duration.ofSeconds(60), 3, 1_000, 1 << 20, 4);
        MessagePost post = new MessagePost(
                new MessageIds(new byte[] {1}, clock, new SecureRandom()),
                savers,
                new MessageStore(fleet, budget, bounds, scheduler, System::nanoTime, "center-1"),
                new Router(fleet, Duration.ofSeconds(60), new GatherBounds(100, 1 << 20, 100, 1 << 20), new Deaf()),
                clock,
                new UniformTimeout(scheduler, Duration.ofMillis(20)),
                status -> {},
                new OfflineReceipts(savers, app -> false, clock));
        ScheduleRunner started = new ScheduleRunner(
                savers,
                post,
                (app, deliveries) -> ceilingSeconds.get(),
                clock,
                scheduler,
                NodeRef.newBuilder().setName("center-1").setIncarnation(1).build(),
                Duration.ofMillis(5),
                Duration.ofSeconds(15),
                (fate, messages) -> fates.merge(fate, messages, Integer::sum));
        started.start();
        runner = started;
    }

    private static PutResponse put(PutRequest request, PutStatus status) {
        PutResponse.Builder response = PutResponse.newBuilder();
        request.getEntriesList()
                .forEach(entry -> response.addResults(PutResult.newBuilder().setStatus(status)));
        return response.build();
    }

    private static ScheduledPost post(int users, boolean qos0) {
        ScheduledPost.Builder post =
                ScheduledPost.newBuilder().setRequestId(REQUEST).setApp("demo").setSendAtMs(DUE_AT_MS);
        for (int i = 0; i < users; i++) {
            post.addEntries(ScheduledEntry.newBuilder()
                    .setUser("u" + i)
                    .setMessageId(id(i))
                    .setPayload(i == 0 ? ByteString.copyFromUtf8("hello") : ByteString.EMPTY)
                    .setTtlMs(TTL_MS)
                    .setMinCopies(1)
                    .setQos0(qos0));
        }
        return post.build();
    }

    private static ByteString id(int i) {
        return ByteString.copyFromUtf8("message id no. " + i);
    }

    private static final class Deaf implements RouteListener {
        @Override
        public void onFate(RouteFate fate) {}

        @Override
        public void onGatherRefused(String role) {}

        @Override
        public void onCallFailed(String role, Throwable failure) {}
    }
}

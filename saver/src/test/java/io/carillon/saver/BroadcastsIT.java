package io.carillon.saver;

import static io.carillon.saver.BroadcastFixture.report;
import static io.carillon.saver.BroadcastFixture.room;
import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.App;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastChange;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastListRequest;
import io.carillon.contract.BroadcastListResponse;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.NodeRef;
import io.carillon.contract.RoomProgress;
import io.carillon.contract.Task;
import io.carillon.contract.TaskState;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of broadcasts under the ticks of centers. */
class BroadcastsIT {
    private static final AtomicInteger APPS = new AtomicInteger();
    private static TestRedis redis;
    private static String schema;
    private static SaverFixture saver;
    private BroadcastFixture app;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        saver = new SaverFixture(
                SaverFixture.config(redis.uri(), TestMySql.shared().url(schema)));
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
    }

    @BeforeEach
    void freshApp() {
        for (String table : List.of("broadcast", "broadcast_task", "broadcast_count")) {
            TestMySql.shared().execute(schema, "DELETE FROM " + table);
        }
        app = new BroadcastFixture(saver, "app-" + APPS.incrementAndGet());
    }

    @Test
    void startsInTheOrderOfAcceptanceOneAfterAnotherWithRisingNumbers() {
        ByteString first = app.put("first");
        ByteString second = app.put("second");
        assertThat(app.putting(app.spec("again").setId(first)).getCreated()).isFalse();

        app.centers = List.of("c1");
        List<Task> tasks = app.tick("c1");

        assertThat(tasks)
                .hasSize(2)
                .allMatch(task -> task.getKey().getBroadcast().equals(first));
        assertThat(tasks.getFirst().getBroadcast().getSpec().getPayload().toStringUtf8())
                .isEqualTo("first");
        assertThat(tasks.getFirst().getBroadcast().getSpec().getExtension().toStringUtf8())
                .isEqualTo("extension");
        assertThat(tasks.getFirst().getBroadcast().getExpiresAtMs())
                .isEqualTo(app.of(first).getStartedAtMs() + 600_000);
        assertThat(app.tick("c1")).hasSize(2);
        assertThat(app.of(second).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_WAITING);

        app.finish("c1", tasks);
        assertThat(app.tick("c1")).allMatch(task -> task.getKey().getBroadcast().equals(second));
        assertThat(app.of(first).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_FINISHED);
        assertThat(app.of(second).getBseq())
                .isGreaterThan(app.of(first).getBseq())
                .isGreaterThan(1_600_000_000_000_000L);
    }

    @Test
    void tellsTheSameRequestFromAnotherUnderTheSameKeyByItself() {
        BroadcastSpec.Builder spec = app.spec("first").setBodyHash(ByteString.copyFromUtf8("hash-1"));
        app.put(spec);

        assertThat(app.putting(spec).getConflict()).isFalse();
        assertThat(app.putting(spec.setBodyHash(ByteString.copyFromUtf8("hash-2")))
                        .getConflict())
                .isTrue();
        assertThat(app.of(spec.getId()).getSpec().getBodyHash().toStringUtf8()).isEqualTo("hash-1");
    }

    @Test
    void startsOtherAppsBroadcastsWhileHundredsOfOneAppWait() {
        app.centers = List.of("c1");
        for (int i = 0; i < 20; i++) {
            app.put(app.spec("runs").setParallel(true));
        }
        app.tick("c1");
        for (int i = 0; i < 501; i++) {
            app.put(app.spec("waits").setParallel(true));
        }
        BroadcastFixture other = new BroadcastFixture(saver, app.app + "-other");
        ByteString others = other.put("other");

        app.tick("c1");

        assertThat(other.of(others).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_RUNNING);
    }

    @Test
    void givesATaskToARoomThatComesBackWhileItRunsAndToNoRoomTwice() {
        ByteString id = app.put("one");
        app.centers = List.of("c1");
        List<Task> tasks = app.tick("c1");
        app.tick("c1", report(tasks.getFirst(), TaskState.TASK_STATE_DONE).build());
        NodeRef done = tasks.getFirst().getKey().getRoom();
        assertThat(app.tick("c1")).hasSize(1);

        app.rooms = List.of(done, room("room-2", 2), room("room-3", 1));
        List<Task> after = app.tick("c1");

        assertThat(after)
                .extracting(task -> task.getKey().getRoom())
                .containsExactlyInAnyOrder(room("room-2", 1), room("room-2", 2), room("room-3", 1));
        assertThat(app.tick("c1")).hasSize(3);
        app.finish("c1", after);
        assertThat(app.of(id).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_FINISHED);
    }

    @Test
    void runsParallelOnesAndKicksAtOnce() {
        app.put("first");
        ByteString beside = app.put(app.spec("beside").setParallel(true));
        ByteString kick = app.put(app.spec("").setKind(BroadcastKind.BROADCAST_KIND_KICK));
        app.centers = List.of("c1");

        List<Task> tasks = app.tick("c1");

        assertThat(tasks).hasSize(6);
        assertThat(app.of(beside).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_RUNNING);
        assertThat(app.of(kick).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_RUNNING);
        assertThat(app.listing().getBroadcastsList()).as("a kick is in no list").hasSize(2);
    }

    @Test
    void pausesResumesAndCancels() {
        ByteString id = app.put("one");
        ByteString next = app.put("next");
        app.centers = List.of("c1");
        List<Task> tasks = app.tick("c1");

        assertThat(app.change(id, BroadcastChange.BROADCAST_CHANGE_PAUSE).getChanged())
                .isTrue();
        assertThat(app.tick("c1"))
                .filteredOn(task -> task.getKey().getBroadcast().equals(id))
                .hasSize(2)
                .allMatch(task -> task.getWanted() == BroadcastState.BROADCAST_STATE_PAUSED);
        assertThat(app.of(next).getState())
                .as("what is paused holds up nothing")
                .isEqualTo(BroadcastState.BROADCAST_STATE_RUNNING);

        assertThat(app.change(id, BroadcastChange.BROADCAST_CHANGE_RESUME).getState())
                .isEqualTo(BroadcastState.BROADCAST_STATE_RUNNING);
        assertThat(app.tick("c1")).allMatch(task -> task.getWanted() == BroadcastState.BROADCAST_STATE_RUNNING);

        assertThat(app.change(id, BroadcastChange.BROADCAST_CHANGE_CANCEL).getChanged())
                .isTrue();
        assertThat(app.change(id, BroadcastChange.BROADCAST_CHANGE_CANCEL).getChanged())
                .isFalse();
        assertThat(app.tick("c1"))
                .filteredOn(task -> task.getKey().getBroadcast().equals(id))
                .hasSize(2)
                .allMatch(task -> task.getWanted() == BroadcastState.BROADCAST_STATE_CANCELLED);
        app.finish("c1", tasks);
        assertThat(app.tick("c1"))
                .noneMatch(task -> task.getKey().getBroadcast().equals(id));
        assertThat(app.of(id).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_CANCELLED);
    }

    @Test
    void pausesAndResumesWhatHasNotStarted() {
        ByteString id = app.put("one");

        app.change(id, BroadcastChange.BROADCAST_CHANGE_PAUSE);
        assertThat(app.tick("c1")).isEmpty();
        assertThat(app.change(id, BroadcastChange.BROADCAST_CHANGE_RESUME).getState())
                .isEqualTo(BroadcastState.BROADCAST_STATE_WAITING);
        assertThat(app.tick("c1")).isNotEmpty();
        assertThat(app.change(SaverFixture.newId(), BroadcastChange.BROADCAST_CHANGE_CANCEL)
                        .getState())
                .isEqualTo(BroadcastState.BROADCAST_STATE_UNSPECIFIED);
    }

    @Test
    void startsWhenItsTimeHasCome() {
        ByteString id = app.put(app.spec("later").setSendAtMs(System.currentTimeMillis() + 5_000));
        ByteString now = app.put("now");

        List<Task> tasks = app.tick("c1");
        assertThat(tasks).allMatch(task -> task.getKey().getBroadcast().equals(now));
        app.centers = List.of("c1");
        app.finish("c1", app.tick("c1"));

        await().untilAsserted(() -> {
            app.tick("c1");
            assertThat(app.of(id).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_RUNNING);
        });
        assertThat(app.of(id).getStartedAtMs())
                .isGreaterThanOrEqualTo(app.of(id).getSpec().getSendAtMs());
    }

    @Test
    void givesEachCenterItsShareAndTheTasksOfASilentOneToTheOther() {
        ByteString id = app.put("one");
        Task lost = app.tick("c1").getFirst();
        Task kept = app.tick("c2").getFirst();
        assertThat(lost.getKey().getRoom()).isNotEqualTo(kept.getKey().getRoom());

        TestMySql.shared()
                .execute(
                        schema,
                        "UPDATE broadcast_task SET lease_until_ms = 1 WHERE room = '"
                                + lost.getKey().getRoom().getName() + "'");

        await().untilAsserted(() -> assertThat(app.tick(
                        "c2", report(kept, TaskState.TASK_STATE_WALKING).build()))
                .hasSize(2)
                .anyMatch(task -> task.getKey().getRoom().equals(lost.getKey().getRoom())
                        && task.getKey().getLeaseNumber() == lost.getKey().getLeaseNumber() + 1));

        assertThat(app.tick(
                        "c1",
                        report(lost, TaskState.TASK_STATE_DONE).setTargeted(99).build()))
                .as("what it is given now is given anew")
                .allMatch(task -> task.hasBroadcast()
                        && task.getKey().getLeaseNumber() > lost.getKey().getLeaseNumber());
        assertThat(app.of(id).getRoomsList())
                .noneMatch(
                        progress -> progress.getState() == TaskState.TASK_STATE_DONE || progress.getTargeted() == 99);
    }

    @Test
    void finishesWithoutARoomThatIsGone() {
        app.centers = List.of("c1");
        ByteString id = app.put("one");
        List<Task> tasks = app.tick("c1");
        app.rooms.remove(1);
        app.tick("c1", report(tasks.get(0), TaskState.TASK_STATE_DONE).build());
        assertThat(app.of(id).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_RUNNING);

        TestMySql.shared()
                .execute(
                        schema,
                        "UPDATE broadcast_task SET absent_since_ms = absent_since_ms - 10000 WHERE absent_since_ms > 0");
        app.tick("c1");

        assertThat(app.of(id).getState()).isEqualTo(BroadcastState.BROADCAST_STATE_FINISHED);
        assertThat(app.of(id).getRoomsList())
                .extracting(RoomProgress::getState)
                .containsExactly(TaskState.TASK_STATE_DONE, TaskState.TASK_STATE_GONE);
    }

    @Test
    void tellsWhatEachRoomHasLeftFromItsBeginningToItsEnd() {
        app.centers = List.of("c1");
        ByteString id = app.put("one");
        List<Task> tasks = app.tick("c1");
        assertThat(app.of(id).getRoomsList()).as("none has begun").noneMatch(RoomProgress::hasLeft);

        app.tick(
                "c1",
                report(tasks.get(0), TaskState.TASK_STATE_WALKING).setLeft(70).build(),
                report(tasks.get(1), TaskState.TASK_STATE_OPEN).build());
        assertThat(left(id, tasks.get(0))).isEqualTo(70);
        assertThat(left(id, tasks.get(1))).isNull();

        app.tick(
                "c1",
                report(tasks.get(0), TaskState.TASK_STATE_DONE).setLeft(70).build(),
                report(tasks.get(1), TaskState.TASK_STATE_WALKING).setLeft(30).build());
        app.count(room("late", 1), id, 1, 1, 0);
        assertThat(left(id, tasks.get(0))).as("walked").isZero();
        assertThat(left(id, tasks.get(1))).isEqualTo(30);
        assertThat(app.of(id).getRoomsList())
                .filteredOn(progress -> progress.getRoom().getName().equals("late"))
                .singleElement()
                .matches(progress -> progress.hasLeft() && progress.getLeft() == 0, "only serves logins");
    }

    /** Null: not known. */
    private @Nullable Long left(ByteString id, Task task) {
        return app.of(id).getRoomsList().stream()
                .filter(progress -> progress.getRoom().equals(task.getKey().getRoom()) && progress.hasLeft())
                .map(RoomProgress::getLeft)
                .findFirst()
                .orElse(null);
    }

    @Test
    void keepsTheHigherOfEachCountAlsoWhereNoTaskWas() {
        app.centers = List.of("c1");
        ByteString id = app.put("one");
        Task task = app.tick("c1").getFirst();
        app.tick(
                "c1",
                report(task, TaskState.TASK_STATE_WALKING)
                        .setTargeted(10)
                        .setWritten(5)
                        .setLeft(5)
                        .build());

        app.count(task.getKey().getRoom(), id, 8, 7, 3);
        app.count(room("late", 1), id, 2, 2, 0);
        app.count(room("late", 1), id, 3, 1, 1);
        app.count(room("late", 1), SaverFixture.newId(), 1, 1, 1);

        assertThat(app.of(id).getRoomsList())
                .contains(
                        progress("room-1", TaskState.TASK_STATE_WALKING, 10, 7, 3, 5),
                        progress("late", TaskState.TASK_STATE_DONE, 3, 2, 1, 0));
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM broadcast_count"))
                .as("nothing for a broadcast that is not known")
                .isEqualTo(2);
    }

    private static RoomProgress progress(
            String room, TaskState state, long targeted, long written, long acked, long left) {
        return RoomProgress.newBuilder()
                .setRoom(room(room, 1))
                .setState(state)
                .setTargeted(targeted)
                .setWritten(written)
                .setAcked(acked)
                .setLeft(left)
                .build();
    }

    @Test
    void boundsTheRatesOfAnAppByItsCeiling() {
        get(saver.saver
                .settings()
                .put(AppPutRequest.newBuilder()
                        .setApp(App.newBuilder().setId(app.app).setDeliveriesPerSecondMax(40))
                        .build()));
        await().until(() -> saver.saver.settings().app(app.app) != null);
        app.centers = List.of("c1");
        app.put("one");

        assertThat(app.tick("c1"))
                .extracting(Task::getRatePerSecond)
                .as("all but the reserve of the batches")
                .containsExactly(19.6, 19.6);
    }

    @Test
    void listsBroadcastsNewestFirstByPages() {
        List<ByteString> ids = List.of(app.put("1"), app.put("2"), app.put("3"));
        app.put(app.spec("").setKind(BroadcastKind.BROADCAST_KIND_KICK));

        BroadcastListResponse first = page(ByteString.EMPTY);
        BroadcastListResponse second = page(ids.get(1));

        assertThat(ids(first)).containsExactly(ids.get(2), ids.get(1));
        assertThat(first.getMore()).isTrue();
        assertThat(first.getBroadcasts(0).getSpec().getPayload().isEmpty()).isTrue();
        assertThat(ids(second)).containsExactly(ids.get(0));
        assertThat(second.getMore()).isFalse();
    }

    private BroadcastListResponse page(ByteString before) {
        return get(saver.saver
                .broadcasts()
                .list(BroadcastListRequest.newBuilder()
                        .setApp(app.app)
                        .setLimit(2)
                        .setBeforeId(before)
                        .build()));
    }

    private static List<ByteString> ids(BroadcastListResponse page) {
        return page.getBroadcastsList().stream()
                .map(Broadcast::getSpec)
                .map(spec -> spec.getId())
                .toList();
    }

    @Test
    void locksNothingWhileNothingLives() throws Exception {
        try (var connection =
                        java.sql.DriverManager.getConnection(TestMySql.shared().url(schema), "root", "");
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT version FROM broadcast_gate FOR UPDATE");

            assertThat(app.tick("c1")).isEmpty();
        }
    }

    @Test
    void dropsRecordsLongAfterTheirEnd() {
        app.centers = List.of("c1");
        ByteString ended = app.put("ended");
        app.finish("c1", app.tick("c1"));
        ByteString lives = app.put("lives");
        app.tick("c1");
        TestMySql.shared()
                .execute(
                        schema,
                        "UPDATE broadcast SET ends_at_ms = ends_at_ms - 1000 * 86400 * 8 WHERE ends_at_ms < 1 << 60");

        await().untilAsserted(() -> {
            saver.saver.housekeeping().keep();
            assertThat(app.of(ended).hasSpec()).isFalse();
        });
        assertThat(app.of(lives).hasSpec()).isTrue();
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(DISTINCT broadcast_id) FROM broadcast_task"))
                .isEqualTo(1);
    }
}

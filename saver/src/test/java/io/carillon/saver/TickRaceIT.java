package io.carillon.saver;

import static io.carillon.saver.BroadcastFixture.report;
import static io.carillon.saver.BroadcastFixture.room;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.Task;
import io.carillon.contract.TaskKey;
import io.carillon.contract.TaskState;
import io.carillon.saver.broadcast.Gate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ticks of several centers at several savers at a time. */
class TickRaceIT {
    private static final List<String> CENTERS = List.of("c1", "c2", "c3");
    private static final int ROOMS = 30;
    private static TestRedis redis;
    private static String schema;
    private static SaverFixture one;
    private static SaverFixture two;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        String url = TestMySql.shared().url(schema);
        one = new SaverFixture(SaverFixture.config(redis.uri(), url));
        two = new SaverFixture(SaverFixture.config(redis.uri(), url));
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
        redis.close();
    }

    @BeforeEach
    void empty() {
        TestMySql.shared().execute(schema, "DELETE FROM broadcast");
        TestMySql.shared().execute(schema, "DELETE FROM broadcast_task");
    }

    @Test
    void givesEachLeaseToOneCenterAndEndsEverything() throws Exception {
        BroadcastFixture app = fixture(one);
        List<ByteString> ids = List.of(app.put("1"), app.put("2"), app.put("3"));
        Map<TaskKey, String> holders = new ConcurrentHashMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CENTERS.size())) {
            List<Future<?>> done = new ArrayList<>();
            for (String center : CENTERS) {
                done.add(threads.submit(() -> work(center, holders, ids.getLast())));
            }
            for (Future<?> each : done) {
                each.get(120, TimeUnit.SECONDS);
            }
        }

        assertThat(holders).hasSizeGreaterThanOrEqualTo(ids.size() * ROOMS);
        assertThat(holders.values()).containsAll(CENTERS);
        assertThat(ids).allMatch(id -> app.of(id).getState() == BroadcastState.BROADCAST_STATE_FINISHED);
        assertThat(ids).extracting(id -> app.of(id).getBseq()).isSorted();
    }

    /** Ticks at both savers by turns until the last broadcast is over. */
    private static void work(String center, Map<TaskKey, String> holders, ByteString last) {
        List<BroadcastFixture> apps = List.of(fixture(one), fixture(two));
        List<Task> held = List.of();
        for (int turn = 0; apps.getFirst().of(last).getState() != BroadcastState.BROADCAST_STATE_FINISHED; turn++) {
            held = apps.get(turn % 2)
                    .tick(
                            center,
                            held.stream()
                                    .map(task -> report(task, TaskState.TASK_STATE_DONE)
                                            .build())
                                    .toList());
            for (Task task : held) {
                assertThat(holders.putIfAbsent(task.getKey(), center)).isIn(null, center);
            }
        }
    }

    private static BroadcastFixture fixture(SaverFixture saver) {
        BroadcastFixture app = new BroadcastFixture(saver, "app");
        app.centers = CENTERS;
        app.rooms.clear();
        for (int i = 0; i < ROOMS; i++) {
            app.rooms.add(room("room-" + i, 1));
        }
        return app;
    }

    @Test
    void takesTheGateFromASaverThatWasStoppedWhileItHeldIt() throws SQLException {
        BroadcastFixture app = fixture(one);
        ByteString id = app.put("1");
        try (Connection stopped = DriverManager.getConnection(TestMySql.shared().url(schema), "root", "")) {
            stopped.setAutoCommit(false);
            Gate.lock(stopped);
            stopped.createStatement().executeUpdate("UPDATE broadcast SET state = 5");

            await().ignoreExceptions().atMost(60, TimeUnit.SECONDS).until(() -> !app.tick("c1")
                    .isEmpty());

            assertThat(app.of(id).getState())
                    .as("what it began is undone")
                    .isEqualTo(BroadcastState.BROADCAST_STATE_RUNNING);
            assertThatThrownBy(stopped::commit).isInstanceOf(SQLException.class);
        }
    }
}

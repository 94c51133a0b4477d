package io.carillon.saver;

import static io.carillon.saver.BroadcastFixture.room;
import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.BroadcastChange;
import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastLedgerRequest;
import io.carillon.contract.BroadcastLedgerResponse;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.BroadcastUserSteps;
import io.carillon.contract.MessageRequest;
import io.carillon.contract.Task;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The ledger of broadcasts. */
class BroadcastLedgerIT {
    private static TestRedis redis;
    private static SaverFixture saver;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        saver = new SaverFixture(SaverFixture.config(
                redis.uri(), TestMySql.shared().url(TestMySql.shared().newSchema())));
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
    }

    @Test
    void tellsEveryStepOfABroadcastAndOfTheUsersThatRoomsName() {
        BroadcastFixture app = new BroadcastFixture(saver, "app-1");
        app.centers = List.of("c1");
        ByteString id = app.put("one");
        List<Task> tasks = app.tick("c1");
        app.change(id, BroadcastChange.BROADCAST_CHANGE_PAUSE);
        app.change(id, BroadcastChange.BROADCAST_CHANGE_RESUME);
        steps("app-1", "room-2", step(id, "ann", 2, "acked"), step(id, "ann", 1, "written"));
        steps("app-1", "room-1", step(id, "bob", 3, "written"), step(id, "bob", 3, "written"));
        app.finish("c1", tasks);

        BroadcastLedgerResponse ledger = ledger("app-1", id, "", "", 10);

        assertThat(ledger.getStepsList())
                .extracting(BroadcastStep::getType)
                .containsExactlyInAnyOrder(
                        "accepted",
                        "stored",
                        "started",
                        "routed",
                        "routed",
                        "paused",
                        "resumed",
                        "walked",
                        "walked",
                        "finished");
        assertThat(ledger.getStepsList())
                .filteredOn(step -> step.getType().equals("routed"))
                .extracting(BroadcastStep::getNode)
                .containsOnly("c1");
        assertThat(ledger.getUsersList())
                .extracting(BroadcastUserSteps::getUser)
                .containsExactly("ann", "bob");
        assertThat(ledger.getUsers(0).getStepsList())
                .extracting(BroadcastStep::getType)
                .containsExactly("written", "acked");
        assertThat(ledger.getUsers(0).getSteps(0).getNode()).isEqualTo("room-2");
        assertThat(ledger.getUsers(1).getStepsList()).as("told twice").hasSize(1);
        assertThat(ledger.getMore()).isFalse();
        assertThat(ledger("other", id, "", "", 10).getStepsList()).isEmpty();
        assertThat(get(saver.saver
                                .history()
                                .message(MessageRequest.newBuilder()
                                        .setApp("app-1")
                                        .setMessageId(id)
                                        .build()))
                        .getFound())
                .as("it is no message")
                .isFalse();
    }

    @Test
    void pagesThroughTheUsers() {
        ByteString id = SaverFixture.newId();
        for (String user : List.of("d", "b", "c", "a")) {
            steps("app-2", "room-1", step(id, user, 1, "written"));
        }

        BroadcastLedgerResponse first = ledger("app-2", id, "", "", 2);
        BroadcastLedgerResponse second = ledger("app-2", id, "", "b", 2);

        assertThat(first.getUsersList()).extracting(BroadcastUserSteps::getUser).containsExactly("a", "b");
        assertThat(first.getMore()).isTrue();
        assertThat(second.getUsersList())
                .extracting(BroadcastUserSteps::getUser)
                .containsExactly("c", "d");
        assertThat(second.getMore()).isFalse();
        assertThat(ledger("app-2", id, "c", "", 2).getUsersList())
                .extracting(BroadcastUserSteps::getUser)
                .containsExactly("c");
    }

    private static BroadcastStep step(ByteString id, String user, long atMs, String type) {
        return BroadcastStep.newBuilder()
                .setBroadcast(id)
                .setUser(user)
                .setAtMs(atMs)
                .setType(type)
                .build();
    }

    private static void steps(String app, String room, BroadcastStep... steps) {
        BroadcastCountsRequest.Builder request =
                BroadcastCountsRequest.newBuilder().setRoom(room(room, 1));
        for (BroadcastStep step : steps) {
            request.addSteps(step.toBuilder().setApp(app));
        }
        get(saver.saver.broadcasts().counts(request.build()));
    }

    private static BroadcastLedgerResponse ledger(String app, ByteString id, String user, String afterUser, int limit) {
        return get(saver.saver
                .broadcastHistory()
                .steps(BroadcastLedgerRequest.newBuilder()
                        .setApp(app)
                        .setId(id)
                        .setUser(user)
                        .setAfterUser(afterUser)
                        .setLimit(limit)
                        .build()));
    }
}

package io.carillon.center.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastOrder;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastTickResponse;
import io.carillon.contract.NodeRef;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.contract.Task;
import io.carillon.contract.TaskKey;
import io.carillon.contract.TaskReport;
import io.carillon.contract.TaskState;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskBookTest {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final long LEASE_NS = LEASE.toNanos();
    private static final NodeRef ROOM =
            NodeRef.newBuilder().setName("room-1").setIncarnation(7).build();

    private final TaskBook book = book(100, 100);

    @Test
    void namesATaskInTheNextTickBeforeItsRoomSaidAnything() {
        book.adopt(given(task("a", 1, true)), 0);

        assertThat(book.reports(1)).singleElement().satisfies(report -> {
            assertThat(report.getTask()).isEqualTo(key("a", 1));
            assertThat(report.getState()).isEqualTo(TaskState.TASK_STATE_OPEN);
        });
    }

    @Test
    void reportsWhatTheRoomAnswered() {
        book.adopt(given(task("a", 1, true)), 0);

        book.onResults(
                order(),
                List.of(taken(TaskState.TASK_STATE_WALKING).toBuilder()
                        .setLeft(5)
                        .build()),
                1);

        TaskReport report = book.reports(2).getFirst();
        assertThat(report.getState()).isEqualTo(TaskState.TASK_STATE_WALKING);
        assertThat(report.getTargeted()).isEqualTo(3);
        assertThat(report.getWritten()).isEqualTo(2);
        assertThat(report.getAcked()).isEqualTo(1);
        assertThat(report.getLeft()).isEqualTo(5);
    }

    @Test
    void sendsTheRecordUntilTheRoomHasTakenIt() {
        book.adopt(given(task("a", 1, true)), 0);
        RoomOrders first = order();
        assertThat(only(first).hasRecord()).isTrue();
        book.onResults(first, null, 1);
        RoomOrders second = order();
        assertThat(only(second).hasRecord()).isTrue();
        book.onResults(second, List.of(taken(TaskState.TASK_STATE_WALKING)), 2);

        assertThat(only(order()).hasRecord()).isFalse();
    }

    @Test
    void sendsTheRecordAgainWhereTheRoomAsksForIt() {
        book.adopt(given(task("a", 1, true)), 0);
        book.onResults(order(), List.of(taken(TaskState.TASK_STATE_WALKING)), 1);
        book.onResults(order(), List.of(outcome(OrderOutcome.ORDER_OUTCOME_UNKNOWN)), 2);

        assertThat(only(order()).hasRecord()).isTrue();
    }

    @Test
    void letsATaskGoWhoseRecordItDoesNotHaveAndTheRoomNeeds() {
        book.adopt(given(task("a", 1, false)), 0);
        book.onResults(order(), List.of(outcome(OrderOutcome.ORDER_OUTCOME_UNKNOWN)), 1);

        assertThat(book.reports(2)).isEmpty();
        assertThat(book.orders()).isEmpty();

        book.adopt(given(task("a", 2, true)), 3);
        assertThat(only(order()).hasRecord()).isTrue();
    }

    @Test
    void goesOnWhereTheRecordComesAgainBeforeTheLeaseEnds() {
        book.adopt(given(task("a", 1, false)), 0);
        book.onResults(order(), List.of(outcome(OrderOutcome.ORDER_OUTCOME_UNKNOWN)), 1);

        book.adopt(given(task("a", 1, true)), 2);

        assertThat(book.reports(3)).hasSize(1);
        assertThat(only(order()).hasRecord()).isTrue();
    }

    @Test
    void letsATaskGoOnceTheRoomObeysAHigherNumber() {
        book.adopt(given(task("a", 1, true)), 0);
        book.onResults(order(), List.of(outcome(OrderOutcome.ORDER_OUTCOME_SUPERSEDED)), 1);

        assertThat(book.reports(2)).isEmpty();
        assertThat(book.orders()).isEmpty();
    }

    @Test
    void letsATaskGoWhoseRoomItDoesNotReach() {
        book.adopt(given(task("a", 1, true)), 0);
        book.onResults(order(), null, 1);

        assertThat(book.reports(2 * LEASE_NS)).hasSize(1);
        assertThat(book.reports(2 * LEASE_NS + 1)).isEmpty();
    }

    @Test
    void keepsATaskWhoseRoomIsBusy() {
        book.adopt(given(task("a", 1, true)), 0);
        book.onResults(order(), List.of(outcome(OrderOutcome.ORDER_OUTCOME_BUSY)), LEASE_NS);

        assertThat(book.reports(3 * LEASE_NS)).hasSize(1);
        assertThat(only(order()).hasRecord()).isTrue();
    }

    @Test
    void reportsWhatIsOverUntilSaverHasHeardOfItAndOrdersNoMore() {
        book.adopt(given(task("a", 1, true), task("b", 1, true)), 0);
        RoomOrders both = order();
        book.onResults(both, List.of(taken(TaskState.TASK_STATE_DONE), outcome(OrderOutcome.ORDER_OUTCOME_GONE)), 1);

        assertThat(book.reports(5 * LEASE_NS))
                .extracting(TaskReport::getState)
                .containsExactly(TaskState.TASK_STATE_DONE, TaskState.TASK_STATE_GONE);
        assertThat(book.orders()).isEmpty();

        book.adopt(given(), 2);
        assertThat(book.size()).isZero();
    }

    @Test
    void tellsTheRoomWhatTheLastTickWanted() {
        book.adopt(given(task("a", 1, true)), 0);
        book.onResults(order(), List.of(taken(TaskState.TASK_STATE_WALKING)), 1);
        book.adopt(
                given(task("a", 1, false).toBuilder()
                        .setWanted(BroadcastState.BROADCAST_STATE_PAUSED)
                        .setRatePerSecond(2.5)
                        .build()),
                2);

        BroadcastOrder order = only(order());
        assertThat(order.getWanted()).isEqualTo(BroadcastState.BROADCAST_STATE_PAUSED);
        assertThat(order.getRatePerSecond()).isEqualTo(2.5);
        assertThat(order.getLeaseNumber()).isEqualTo(1);
    }

    @Test
    void asksARoomOnlyOnceAtATime() {
        book.adopt(given(task("a", 1, true)), 0);
        RoomOrders first = order();

        assertThat(book.orders()).isEmpty();

        book.onResults(first, null, 1);
        assertThat(book.orders()).hasSize(1);
    }

    @Test
    void takesOrdersInTurnsWhereOneCallDoesNotHoldThemAll() {
        TaskBook small = book(100, 1);
        small.adopt(given(task("a", 1, true), task("b", 1, true)), 0);
        RoomOrders first = small.orders().getFirst();
        small.onResults(first, null, 1);
        RoomOrders second = small.orders().getFirst();

        assertThat(first.tasks()).containsExactly(key("a", 1));
        assertThat(second.tasks()).containsExactly(key("b", 1));
    }

    @Test
    void leavesToOthersWhatIsBeyondItsBound() {
        TaskBook small = book(1, 100);
        small.adopt(given(task("a", 1, true), task("b", 1, true)), 0);

        assertThat(small.reports(1)).extracting(TaskReport::getTask).containsExactly(key("a", 1));
    }

    @Test
    void takesNoAnswersThatDoNotMatchItsOrders() {
        book.adopt(given(task("a", 1, true)), 0);
        book.onResults(order(), List.of(), 1);

        assertThat(book.reports(2).getFirst().getState()).isEqualTo(TaskState.TASK_STATE_OPEN);
        assertThat(book.orders()).hasSize(1);
    }

    private RoomOrders order() {
        List<RoomOrders> orders = book.orders();
        assertThat(orders).hasSize(1);
        return orders.getFirst();
    }

    private static BroadcastOrder only(RoomOrders orders) {
        assertThat(orders.request().getIncarnation()).isEqualTo(7);
        return orders.request().getOrders(0);
    }

    private static TaskBook book(int tasksMax, int ordersMax) {
        return new TaskBook(
                new RunBounds(Duration.ofMillis(250), LEASE, Duration.ofSeconds(1), tasksMax, ordersMax, 1 << 20));
    }

    private static TaskKey key(String broadcast, long number) {
        return TaskKey.newBuilder()
                .setBroadcast(ByteString.copyFromUtf8(broadcast))
                .setRoom(ROOM)
                .setLeaseNumber(number)
                .build();
    }

    private static Task task(String broadcast, long number, boolean record) {
        Task.Builder task =
                Task.newBuilder().setKey(key(broadcast, number)).setWanted(BroadcastState.BROADCAST_STATE_RUNNING);
        if (record) {
            task.setBroadcast(Broadcast.newBuilder()
                    .setSpec(BroadcastSpec.newBuilder().setId(ByteString.copyFromUtf8(broadcast))));
        }
        return task.build();
    }

    private static BroadcastTickResponse given(Task... tasks) {
        return BroadcastTickResponse.newBuilder()
                .addAllTasks(Arrays.asList(tasks))
                .build();
    }

    private static OrderResult taken(TaskState state) {
        return OrderResult.newBuilder()
                .setOutcome(OrderOutcome.ORDER_OUTCOME_TAKEN)
                .setState(state)
                .setTargeted(3)
                .setWritten(2)
                .setAcked(1)
                .build();
    }

    private static OrderResult outcome(OrderOutcome outcome) {
        return OrderResult.newBuilder().setOutcome(outcome).build();
    }
}

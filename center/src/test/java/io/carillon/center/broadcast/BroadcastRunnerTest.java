package io.carillon.center.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.center.app.DeliveryShares;
import io.carillon.center.fleet.FakeFleet;
import io.carillon.center.fleet.FakePeer;
import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.BroadcastOrderResponse;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.BroadcastTickResponse;
import io.carillon.contract.NodeRef;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.contract.Task;
import io.carillon.contract.TaskKey;
import io.carillon.contract.TaskState;
import io.carillon.rpc.RetryBudget;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BroadcastRunnerTest {
    private static final NodeRef SELF =
            NodeRef.newBuilder().setName("center-1").setIncarnation(3).build();
    private static final NodeRef ROOM =
            NodeRef.newBuilder().setName("room-1").setIncarnation(7).build();
    private static final TaskKey TASK = TaskKey.newBuilder()
            .setBroadcast(ByteString.copyFromUtf8("0123456789abcdef"))
            .setRoom(ROOM)
            .setLeaseNumber(4)
            .build();

    private final FakeFleet fleet = new FakeFleet();
    private final FakePeer saver = fleet.addSaver("saver-1");
    private final FakePeer room = fleet.addRoom("room-1");
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger ticksFailed = new AtomicInteger();
    private final AtomicInteger ordersFailed = new AtomicInteger();
    private final BroadcastRunner runner = new BroadcastRunner(
            fleet,
            new SaverClient(fleet, new RetryBudget(0), Duration.ofSeconds(60)),
            SELF,
            new RunBounds(Duration.ofMillis(5), Duration.ofMinutes(3), Duration.ofMinutes(1), 100, 100, 1 << 20),
            scheduler,
            System::nanoTime,
            new DeliveryShares(() -> 1, System::nanoTime),
            new RunListener() {
                @Override
                public void onTickFailed() {
                    ticksFailed.incrementAndGet();
                }

                @Override
                public void onOrderFailed() {
                    ordersFailed.incrementAndGet();
                }
            });

    @BeforeEach
    void serve() {
        fleet.roomLives.add(ROOM);
        saver.answer(SaverMethods.BROADCAST_TICK, request -> gives(BroadcastState.BROADCAST_STATE_RUNNING));
        room.answer(RoomMethods.BROADCAST_ORDER, request -> BroadcastOrderResponse.newBuilder()
                .addResults(OrderResult.newBuilder()
                        .setOutcome(OrderOutcome.ORDER_OUTCOME_TAKEN)
                        .setState(TaskState.TASK_STATE_WALKING)
                        .setWritten(5))
                .build());
    }

    @AfterEach
    void stop() {
        runner.close();
        scheduler.shutdownNow();
    }

    @Test
    void saysWhoThereIsAndTellsTheRoomWhatToDo() {
        fleet.centers = 2;
        runner.start();

        await().until(() -> !room.requests(BroadcastOrderRequest.class).isEmpty());
        BroadcastTickRequest tick = saver.requests(BroadcastTickRequest.class).getFirst();
        assertThat(tick.getCenter()).isEqualTo(SELF);
        assertThat(tick.getCentersList()).containsExactly("center-1", "center-2");
        assertThat(tick.getRoomsList()).containsExactly(ROOM);
        assertThat(tick.getLeaseMs()).isEqualTo(180_000);
        BroadcastOrderRequest order = room.requests(BroadcastOrderRequest.class).getFirst();
        assertThat(order.getIncarnation()).isEqualTo(7);
        assertThat(order.getOrders(0).getLeaseNumber()).isEqualTo(4);
        assertThat(order.getOrders(0).hasRecord()).isTrue();
        assertThat(runner.tasks()).isEqualTo(1);
    }

    @Test
    void reportsTheRoomsAnswerWithTheNextTick() {
        runner.start();

        await().until(() -> saver.requests(BroadcastTickRequest.class).stream()
                .flatMap(tick -> tick.getReportsList().stream())
                .anyMatch(report -> report.getTask().equals(TASK)
                        && report.getState() == TaskState.TASK_STATE_WALKING
                        && report.getWritten() == 5));
    }

    @Test
    void tellsTheRoomOfAPauseWithTheTickThatBringsIt() {
        runner.start();
        await().until(() -> !room.requests(BroadcastOrderRequest.class).isEmpty());

        saver.answer(SaverMethods.BROADCAST_TICK, request -> gives(BroadcastState.BROADCAST_STATE_PAUSED));

        await().until(() -> room.requests(BroadcastOrderRequest.class)
                        .getLast()
                        .getOrders(0)
                        .getWanted()
                == BroadcastState.BROADCAST_STATE_PAUSED);
    }

    @Test
    void neverHasTwoTicksUnderWay() {
        CompletableFuture<BroadcastTickResponse> slow = new CompletableFuture<>();
        saver.serve(SaverMethods.BROADCAST_TICK, request -> slow);
        runner.start();

        await().during(Duration.ofMillis(100))
                .until(() -> saver.requests(BroadcastTickRequest.class).size() <= 1);
        slow.complete(BroadcastTickResponse.getDefaultInstance());
        await().until(() -> saver.requests(BroadcastTickRequest.class).size() > 1);
    }

    @Test
    void ordersNothingWithoutATicksAnswerAndGoesOnWhenThereIsOne() {
        saver.fail(SaverMethods.BROADCAST_TICK, RpcStatus.DEADLINE_EXCEEDED);
        runner.start();
        await().until(() -> ticksFailed.get() > 2);
        assertThat(room.requests(BroadcastOrderRequest.class)).isEmpty();

        serve();
        await().until(() -> !room.requests(BroadcastOrderRequest.class).isEmpty());
    }

    @Test
    void goesOnTickingWhileARoomIsSilent() {
        room.serve(RoomMethods.BROADCAST_ORDER, request -> new CompletableFuture<>());
        runner.start();

        await().until(() -> saver.requests(BroadcastTickRequest.class).size() > 3);
        assertThat(room.requests(BroadcastOrderRequest.class)).hasSize(1);
        assertThat(saver.requests(BroadcastTickRequest.class).getLast().getReportsCount())
                .isEqualTo(1);
    }

    @Test
    void countsRoomsThatCanNotBeTold() {
        fleet.rooms.clear();
        runner.start();

        await().until(() -> ordersFailed.get() > 1);
    }

    @Test
    void isSilentOnceClosed() {
        runner.start();
        await().until(() -> !saver.requests(BroadcastTickRequest.class).isEmpty());

        runner.close();
        scheduler.shutdown();
        await().until(scheduler::isTerminated);
        List<BroadcastTickRequest> before = saver.requests(BroadcastTickRequest.class);

        await().during(Duration.ofMillis(50))
                .until(() -> saver.requests(BroadcastTickRequest.class).equals(before));
    }

    private static BroadcastTickResponse gives(BroadcastState wanted) {
        return BroadcastTickResponse.newBuilder()
                .addTasks(Task.newBuilder()
                        .setKey(TASK)
                        .setApp("demo")
                        .setWanted(wanted)
                        .setBroadcast(Broadcast.newBuilder().setBseq(9)))
                .build();
    }
}

package io.carillon.saver.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastTickRequest;
import io.carillon.contract.NodeRef;
import io.carillon.contract.Task;
import io.carillon.contract.TaskReport;
import io.carillon.contract.TaskState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TickTest {
    private static final long LEASE_MS = 3000;
    private static final NodeRef C1 = node("c1");
    private static final NodeRef C2 = node("c2");

    private final List<LiveBroadcast> live = new ArrayList<>();
    private final Map<String, Long> lastBseqs = new HashMap<>();
    private final List<NodeRef> rooms = new ArrayList<>();
    private List<String> centers = List.of("c1", "c2");
    private long nowMs = 1_000_000;
    private int ceiling;

    @Test
    void sharesTasksEvenlyAndGivesEachOnce() {
        addRooms(5);
        LiveBroadcast broadcast = waiting("b");

        assertThat(tick(C1, List.of(broadcast))).hasSize(3);
        assertThat(tick(C2, List.of())).hasSize(2);
        assertThat(tick(C1, List.of())).hasSize(3);
    }

    @Test
    void givesTheShareOfACenterThatDoesNotComeToTheOthersAfterAMoment() {
        addRooms(4);
        tick(C1, List.of(waiting("b")));

        nowMs += Tick.SHARE_GRACE_MS;

        assertThat(tick(C1, List.of())).hasSize(4);
    }

    @Test
    void givesACenterThatJoinsAShareOfWhatOthersHold() {
        addRooms(5);
        centers = List.of("c1");
        List<Task> before = tick(C1, List.of(waiting("b")));
        centers = List.of("c1", "c2");

        List<Task> taken = tick(C2, List.of());

        assertThat(taken)
                .hasSize(2)
                .allMatch(task -> task.getKey().getLeaseNumber() == 2)
                .allMatch(task -> task.getWanted() == BroadcastState.BROADCAST_STATE_RUNNING);
        assertThat(tick(C1, List.of(), report(before.getLast(), TaskState.TASK_STATE_DONE, 0)))
                .as("and its report under the old number counts no more")
                .hasSize(3);
        assertThat(live.getFirst().tasks).noneMatch(LiveTask::over);
        assertThat(tick(C2, List.of())).isEqualTo(taken);
        assertThat(tick(C1, List.of())).as("what is even stays so").hasSize(3);
    }

    @Test
    void doesNotHandATaskOnForEver() {
        addRooms(2);
        tick(C1, List.of(waiting("b")));
        tick(C2, List.of());
        live.getFirst().tasks.forEach(task -> {
            task.owner = "c1/7";
            task.number = 8;
        });

        assertThat(tick(C2, List.of())).isEmpty();
    }

    @Test
    void givesAnAnswerThatWasLostAgainWithItsRecord() {
        addRooms(1);
        List<Task> first = tick(C1, List.of(waiting("b")));
        assertThat(live.getFirst().tasks.getFirst().given).isTrue();

        assertThat(tick(C1, List.of())).isEqualTo(first);
        assertThat(live.getFirst().tasks.getFirst().given).isTrue();
        tick(C1, List.of(), report(first.getFirst(), TaskState.TASK_STATE_OPEN, 0));
        assertThat(live.getFirst().tasks.getFirst().given).isFalse();
    }

    @Test
    void handsTasksOfASilentCenterOnWithAHigherNumberAndIgnoresItsLateReport() {
        addRooms(2);
        Task lost = tick(C1, List.of(waiting("b"))).getFirst();
        tick(C2, List.of());
        nowMs += LEASE_MS + Tick.SHARE_GRACE_MS;

        List<Task> taken = tick(C2, List.of());

        assertThat(taken).hasSize(2).allMatch(task -> task.getKey().getLeaseNumber() == 2);
        assertThat(tick(C1, List.of(), report(lost, TaskState.TASK_STATE_DONE, 0)))
                .as("it is back, and gets its share anew")
                .extracting(task -> task.getKey().getLeaseNumber())
                .containsExactly(3L);
        assertThat(live.getFirst().tasks).noneMatch(LiveTask::over);
    }

    @Test
    void givesARoomUpWhenNoTickHasSeenItForTenSeconds() {
        addRooms(2);
        tick(C1, List.of(waiting("b")));
        NodeRef gone = rooms.removeLast();
        tick(C1, List.of());
        nowMs += Tick.GONE_AFTER_MS - 1;
        tick(C1, List.of());
        assertThat(live.getFirst().tasks).noneMatch(LiveTask::over);

        rooms.add(gone);
        tick(C2, List.of());
        rooms.removeLast();
        tick(C1, List.of());
        nowMs += Tick.GONE_AFTER_MS - 1;
        tick(C1, List.of());
        assertThat(live.getFirst().tasks).as("it was seen meanwhile").noneMatch(LiveTask::over);

        nowMs++;
        tick(C1, List.of());
        assertThat(live.getFirst().tasks).extracting(task -> task.state).contains(TaskState.TASK_STATE_GONE);
    }

    @Test
    void startsAndGivesUpNothingWhereTheRoomsAreNotKnown() {
        LiveBroadcast broadcast = waiting("b");
        tick(C1, List.of(broadcast));
        assertThat(broadcast.started()).isFalse();

        addRooms(1);
        tick(C1, List.of(broadcast));
        rooms.clear();
        tick(C1, List.of());
        assertThat(broadcast.tasks.getFirst().absentSinceMs).isZero();
    }

    @Test
    void walksOnlyTheRoomsThatAKickMeansAndEndsWhereThereAreNone() {
        addRooms(3);
        LiveBroadcast kick = kick("k", List.of("room-1"));
        LiveBroadcast nowhere = kick("n", List.of("other"));

        tick(C1, List.of(kick, nowhere));

        assertThat(kick.tasks).extracting(task -> task.room.getName()).containsExactly("room-1");
        assertThat(kick.listed).isFalse();
        assertThat(nowhere.state).isEqualTo(BroadcastState.BROADCAST_STATE_FINISHED);
        assertThat(nowhere.nextAtMs).isEqualTo(LiveBroadcast.NEVER);
    }

    @Test
    void splitsARateByWhatIsLeftAndGivesTheShareOfAnAbsentRoomToTheOthers() {
        addRooms(2);
        centers = List.of("c1");
        List<Task> tasks = tick(C1, List.of(waiting("b")));
        assertThat(tasks).extracting(Task::getRatePerSecond).containsExactly(50.0, 50.0);

        tasks = tick(
                C1,
                List.of(),
                report(tasks.get(0), TaskState.TASK_STATE_WALKING, 900),
                report(tasks.get(1), TaskState.TASK_STATE_WALKING, 100));
        assertThat(tasks).extracting(Task::getRatePerSecond).containsExactly(90.0, 10.0);

        rooms.removeFirst();
        tasks = tick(C1, List.of());
        assertThat(tasks.get(0).getRatePerSecond()).isPositive().isLessThan(0.001);
        assertThat(tasks.get(1).getRatePerSecond()).isCloseTo(100, Offset.offset(0.01));
    }

    @Test
    void tellsTwoCentersSharesThatAddUpToTheRateAlthoughOneKnowsOfTheOtherOnlyWhatIsStored() {
        addRooms(2);
        Task first = tick(C1, List.of(waiting("b"))).getFirst();
        Task second = tick(C2, List.of()).getFirst();
        tick(C1, List.of(), report(first, TaskState.TASK_STATE_WALKING, 1000));
        tick(C2, List.of(), report(second, TaskState.TASK_STATE_WALKING, 1000));

        // Both have 100 left by now, and neither has heard that of the other.
        Task one = tick(C1, List.of(), report(first, TaskState.TASK_STATE_WALKING, 100))
                .getFirst();
        live.forEach(broadcast -> broadcast.tasks.forEach(task -> task.left = 1000));
        Task other = tick(C2, List.of(), report(second, TaskState.TASK_STATE_WALKING, 100))
                .getFirst();

        assertThat(one.getRatePerSecond() + other.getRatePerSecond()).isEqualTo(100);
    }

    @Test
    void boundsTheSumOverAnAppByItsCeiling() {
        addRooms(2);
        centers = List.of("c1");
        ceiling = 150;

        List<Task> tasks = tick(C1, List.of(parallel("slow", 30), parallel("fast", 0), parallel("other", 1000)));

        assertThat(tasks)
                .extracting(Task::getRatePerSecond)
                .containsExactlyInAnyOrder(15.0, 15.0, 30.0, 30.0, 30.0, 30.0);
    }

    @Test
    void endsWhatHasExpiredAndTellsItsRooms() {
        addRooms(1);
        LiveBroadcast broadcast = waiting("b");
        Task task = tick(C1, List.of(broadcast)).getFirst();
        nowMs = broadcast.expiresAtMs;

        List<Task> tasks = tick(C1, List.of(), report(task, TaskState.TASK_STATE_WALKING, 5));

        assertThat(broadcast.state).isEqualTo(BroadcastState.BROADCAST_STATE_FINISHED);
        assertThat(broadcast.listed).isFalse();
        assertThat(tasks).extracting(Task::getWanted).containsExactly(BroadcastState.BROADCAST_STATE_CANCELLED);
        tick(C1, List.of(), report(task, TaskState.TASK_STATE_DONE, 0));
        assertThat(broadcast.nextAtMs).isEqualTo(LiveBroadcast.NEVER);
    }

    @Test
    void givesUpTheRoomsThatNeverSayThatTheyHaveEnded() {
        addRooms(1);
        LiveBroadcast broadcast = waiting("b");
        tick(C1, List.of(broadcast));
        broadcast.cancel(nowMs);
        tick(C1, List.of());
        assertThat(broadcast.nextAtMs).isEqualTo(LiveBroadcast.ALWAYS);

        nowMs += Tick.WIND_UP_MS;
        tick(C1, List.of());

        assertThat(broadcast.tasks).allMatch(LiveTask::over);
        assertThat(broadcast.nextAtMs).isEqualTo(LiveBroadcast.NEVER);
    }

    @Test
    void givesABoundedNumberOfTasksInOneAnswer() {
        addRooms(Tick.GIVEN_MAX + 50);
        centers = List.of("c1");

        assertThat(tick(C1, List.of(waiting("b")))).hasSize(Tick.GIVEN_MAX);
        assertThat(tick(C1, List.of())).as("none of them was confirmed").hasSize(Tick.GIVEN_MAX);
    }

    @Test
    void startsNoMoreThanTheBoundOfAnApp() {
        addRooms(1);
        List<LiveBroadcast> many = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            many.add(parallel("p" + i, 0));
        }

        tick(C1, many);

        assertThat(many).filteredOn(LiveBroadcast::running).hasSize(20);
    }

    private List<Task> tick(NodeRef center, List<LiveBroadcast> due, TaskReport... reports) {
        BroadcastTickRequest request = BroadcastTickRequest.newBuilder()
                .setCenter(center)
                .addAllCenters(centers)
                .addAllRooms(rooms)
                .setLeaseMs(LEASE_MS)
                .addAllReports(Arrays.asList(reports))
                .build();
        live.forEach(one -> one.tasks.forEach(task -> task.given = task.withheld = false));
        Tick tick = new Tick(request, nowMs * 1000, 20, live, lastBseqs);
        tick.run(due);
        live.clear();
        live.addAll(tick.live());
        return tick.answer(app -> ceiling == 0 ? Double.POSITIVE_INFINITY : ceiling).stream()
                .map(Task.Builder::build)
                .toList();
    }

    private static TaskReport report(Task task, TaskState state, long left) {
        return TaskReport.newBuilder()
                .setTask(task.getKey())
                .setState(state)
                .setLeft(left)
                .build();
    }

    private void addRooms(int count) {
        for (int i = 0; i < count; i++) {
            rooms.add(node("room-" + i));
        }
    }

    private static NodeRef node(String name) {
        return NodeRef.newBuilder().setName(name).setIncarnation(7).build();
    }

    private static LiveBroadcast waiting(String id) {
        return broadcast(id, false, false, 100, List.of());
    }

    private static LiveBroadcast parallel(String id, long rate) {
        return broadcast(id, false, true, rate, List.of());
    }

    private static LiveBroadcast kick(String id, List<String> rooms) {
        return broadcast(id, true, false, 0, rooms);
    }

    private static LiveBroadcast broadcast(
            String id, boolean kick, boolean parallel, long rate, List<String> roomsMeant) {
        return new LiveBroadcast(
                ByteString.copyFromUtf8(id),
                "app",
                kick,
                parallel,
                rate,
                600_000,
                0,
                roomsMeant,
                BroadcastState.BROADCAST_STATE_WAITING);
    }
}

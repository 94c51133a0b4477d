package io.carillon.room.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.Audience;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.OrderOutcome;
import io.carillon.contract.OrderResult;
import io.carillon.contract.TaskState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets which broadcast, and how far a client may be told that it has everything. */
class CursorTest {
    private static final BroadcastState FINISHED = BroadcastState.BROADCAST_STATE_FINISHED;
    private static final BroadcastState PAUSED = BroadcastState.BROADCAST_STATE_PAUSED;
    private static final BroadcastState CANCELLED = BroadcastState.BROADCAST_STATE_CANCELLED;
    private static final BroadcastState RUNNING = BroadcastState.BROADCAST_STATE_RUNNING;

    private final BroadcastWorld world = new BroadcastWorld();

    @Test
    void everyoneGetsItOnceWithTheFloorAndIsAtRestAgain() {
        List<Device> devices = world.logins(200);
        world.start(10, 0);
        world.pass(100);

        assertThat(devices).allSatisfy(device -> {
            assertThat(device.received).containsExactly(10L);
            assertThat(device.floors).last().isEqualTo(10L);
            assertThat(device.sharedFrames).isEqualTo(1);
            assertThat(device.binding().standing()).isNull();
        });
        OrderResult result = world.run(10, 0);
        assertThat(result.getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(result.getTargeted()).isEqualTo(200);
        assertThat(result.getWritten()).isEqualTo(200);
        assertThat(result.getLeft()).isZero();
        world.pass(2_000);
        assertThat(world.reportedWritten(10)).isEqualTo(200);
    }

    @Test
    void aSlowOneThatIsOvertakenKeepsTheFloorBelowIt() {
        List<Device> devices = world.logins(100);
        world.start(10, 10);
        world.start(20, 0);
        world.pass(1_000);

        assertThat(world.received(20)).isEqualTo(100);
        assertThat(world.received(10)).isBetween(5L, 15L);
        Device behind = devices.get(99);
        assertThat(behind.received).containsExactly(20L);
        world.ping(behind);
        assertThat(behind.floors).isEmpty();

        world.pass(12_000);
        assertThat(behind.received).containsExactly(20L, 10L);
        assertThat(behind.floors).containsExactly(10L);
        world.ping(behind);
        assertThat(behind.floors).containsExactly(10L, 20L);
        assertThat(behind.binding().standing()).isNull();
    }

    @Test
    void aPausedOneKeepsTheFloorBelowItAndGoesOnWhereItStood() {
        world.logins(100);
        world.start(10, 20);
        world.pass(1_000);
        world.pause(10);
        long before = world.received(10);
        world.start(20, 0);
        world.pass(5_000);
        assertThat(world.received(10)).isEqualTo(before).isBetween(15L, 30L);
        Device login = world.login(0);
        world.pass(100);
        world.ping(login);
        assertThat(login.received).containsExactly(20L);
        assertThat(login.floors).isEmpty();

        world.run(10, 0);
        world.list(20, FINISHED);
        world.pass(1_000);
        assertThat(world.received(10)).isEqualTo(101);
        assertThat(world.devices).allSatisfy(device -> {
            world.ping(device);
            assertThat(device.received).doesNotHaveDuplicates().contains(10L, 20L);
            assertThat(device.floors).last().isEqualTo(20L);
        });
    }

    @Test
    void aSlowReaderIsPassedOverAndGetsItWhenItHasDrained() {
        List<Device> devices = world.logins(3);
        Device slow = devices.get(1);
        slow.writable = false;
        world.start(10, 0);
        world.pass(100);
        world.list(10, FINISHED);
        assertThat(world.run(10, 0).getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(world.run(10, 0).getTargeted()).isEqualTo(3);
        assertThat(world.run(10, 0).getWritten()).isEqualTo(2);
        world.start(20, 0);
        world.ping(slow);
        assertThat(slow.floors).isEmpty();

        world.drained(slow);
        world.pass(100);
        assertThat(slow.received).containsExactlyInAnyOrder(10L, 20L);
        world.ping(slow);
        assertThat(slow.floors).last().isEqualTo(20L);
        assertThat(world.run(10, 0).getTargeted()).isEqualTo(3);
        assertThat(world.run(10, 0).getWritten()).isEqualTo(3);
    }

    @Test
    void aLoginDuringTheRunIsServedLastAndAtItsRate() {
        world.logins(50);
        world.start(10, 50);
        world.pass(500);
        List<Device> late = List.of(world.login(0), world.login(0), world.login(0, 10));
        world.pass(200);
        assertThat(late).allSatisfy(device -> assertThat(device.received).isEmpty());

        world.pass(1_500);
        assertThat(late.get(0).received).containsExactly(10L);
        assertThat(late.get(0).floors).containsExactly(10L);
        assertThat(late.get(1).received).containsExactly(10L);
        assertThat(late.get(2).received).isEmpty();
    }

    @Test
    void aLoginBehindThisRoomsWalkIsServedWhileOtherRoomsStillWalk() {
        world.logins(50);
        world.start(10, 100);
        world.pass(3_000);
        assertThat(world.run(10, 100).getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        Device login = world.login(0);
        Device slow = world.login(0);
        slow.writable = false;
        world.pass(500);
        assertThat(login.received).containsExactly(10L);
        world.drained(slow);
        world.pass(500);
        assertThat(slow.received).containsExactly(10L);
        OrderResult result = world.run(10, 100);
        assertThat(result.getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(result.getTargeted()).isEqualTo(52);
        assertThat(result.getWritten()).isEqualTo(52);
    }

    @Test
    void aLoginBehindTheEndGetsWhatStillLivesLowestFirst() {
        world.list(10, FINISHED);
        world.list(20, FINISHED);
        world.list(30, FINISHED);
        Device seen = world.login(0, 20);
        Device half = world.login(20);
        Device none = world.login(0);
        world.pass(100);

        assertThat(none.received).containsExactly(10L, 20L, 30L);
        assertThat(none.floors).containsExactly(10L, 20L, 30L);
        assertThat(seen.received).containsExactly(10L, 30L);
        assertThat(seen.floors).containsExactly(10L, 30L);
        assertThat(half.received).containsExactly(30L);
        world.pass(2_000);
        assertThat(world.reportedWritten(30)).isEqualTo(3);
    }

    @Test
    void aNewInstallationBeginsBehindTheNewestUnlessItsAppSaysOtherwise() {
        world.list(10, FINISHED);
        Device fresh = world.login(null, false);
        Device greedy = world.login(null, true);
        world.pass(100);

        assertThat(fresh.received).isEmpty();
        assertThat(fresh.floors).containsExactly(10L);
        assertThat(greedy.received).containsExactly(10L);
        world.start(20, 0);
        world.pass(100);
        assertThat(fresh.received).containsExactly(20L);
    }

    @Test
    void cancelledAndExpiredOnesAreNotSentAndHoldNothingUp() {
        world.logins(100);
        world.start(10, 10);
        Broadcast mortal =
                world.broadcast(20).setExpiresAtMs(world.loop.wallMs() + 3_000).build();
        world.list(mortal, RUNNING);
        world.order(mortal, 1, RUNNING, 1);
        world.pass(1_000);
        assertThat(world.order(world.broadcast(10).build(), 1, CANCELLED, 0).getState())
                .isEqualTo(TaskState.TASK_STATE_DONE);
        world.unlist(10);
        world.pass(5_000);
        long ten = world.received(10);
        long twenty = world.received(20);
        assertThat(ten).isLessThan(20);
        assertThat(twenty).isLessThan(6);
        Device login = world.login(0);
        world.pass(3_000);

        assertThat(login.received).isEmpty();
        world.ping(login);
        assertThat(login.floors).containsExactly(20L);
        assertThat(world.received(10)).isEqualTo(ten);
        assertThat(world.received(20)).isEqualTo(twenty);
    }

    @Test
    void aRoomThatJoinedLateServesWhatIsOver() {
        List<Device> devices = world.logins(100);
        world.list(10, RUNNING);
        world.pass(1_000);
        Device login = world.login(0);
        world.pass(1_000);
        assertThat(world.received(10)).isZero();
        world.ping(login);
        assertThat(login.floors).isEmpty();

        world.list(10, FINISHED);
        world.pass(1_000);
        assertThat(world.received(10)).isEqualTo(101);
        assertThat(devices).allSatisfy(device -> assertThat(device.received).hasSize(1));
    }

    @Test
    void servesALoginThatCameBeforeTheListWasKnown() {
        world.saverAway = true;
        world.listed.put(10L, world.broadcast(10).setState(FINISHED).build());
        Device early = world.login(0);
        Device fresh = world.login(null, false);
        world.pass(3_000);
        assertThat(early.received).isEmpty();
        world.saverAway = false;
        world.list(10, FINISHED);
        world.pass(3_000);

        assertThat(early.received).containsExactly(10L);
        assertThat(early.floors).containsExactly(10L);
        assertThat(fresh.received).isEmpty();
        assertThat(fresh.floors).containsExactly(10L);
    }

    @Test
    void anOrderBeforeItsListWaitsAMomentAndThenTellsNoFloor() {
        Device device = world.logins(1).getFirst();
        world.run(10, 0);
        world.pass(100);
        assertThat(device.received).isEmpty();
        world.pass(1_000);
        assertThat(device.received).containsExactly(10L);
        assertThat(device.floors).isEmpty();

        world.list(5, RUNNING);
        world.list(10, RUNNING);
        world.ping(device);
        assertThat(device.floors).isEmpty();
        world.run(5, 0);
        world.pass(100);
        world.ping(device);
        assertThat(device.received).containsExactly(10L, 5L);
        assertThat(device.floors).last().isEqualTo(10L);
    }

    @Test
    void anAudienceWithTagsWaitsForTheTags() {
        Broadcast red = world.meantFor(10, Audience.newBuilder().addTagsAny("red"));
        List<Device> devices = world.logins(3);
        world.tags(devices.get(0), "red", "blue");
        world.tags(devices.get(1), "blue");
        world.list(red, RUNNING);
        world.order(red, 1, RUNNING, 0);
        world.pass(100);
        world.list(red, FINISHED);
        assertThat(devices.get(0).received).containsExactly(10L);
        assertThat(devices.get(1).received).isEmpty();
        world.ping(devices.get(1));
        assertThat(devices.get(1).floors).last().isEqualTo(10L);
        assertThat(devices.get(2).received).isEmpty();
        world.ping(devices.get(2));
        assertThat(devices.get(2).floors).isEmpty();

        world.tags(devices.get(2), "red");
        world.pass(100);
        assertThat(devices.get(2).received).containsExactly(10L);
        assertThat(devices.get(2).binding().standing()).isInstanceOf(Tags.class);
    }

    @Test
    void startingAgainServesNobodyTwiceAndALowerLeaseIsRefused() {
        world.logins(100);
        assertThat(world.start(10, 50).getOutcome()).isEqualTo(OrderOutcome.ORDER_OUTCOME_TAKEN);
        world.pass(1_000);
        Broadcast broadcast = world.broadcast(10).build();
        assertThat(world.order(broadcast, 2, RUNNING, 0).getOutcome()).isEqualTo(OrderOutcome.ORDER_OUTCOME_TAKEN);
        world.pass(1_000);
        OrderResult old = world.order(broadcast, 1, CANCELLED, 0);
        assertThat(old.getOutcome()).isEqualTo(OrderOutcome.ORDER_OUTCOME_SUPERSEDED);
        OrderResult again = world.order(broadcast, 3, RUNNING, 0);
        world.pass(1_000);

        assertThat(again.getState()).isEqualTo(TaskState.TASK_STATE_DONE);
        assertThat(again.getWritten()).isEqualTo(100);
        assertThat(world.devices)
                .allSatisfy(device -> assertThat(device.received).containsExactly(10L));
        assertThat(world.order(world.broadcast(30).build(), 1, PAUSED, 0).getState())
                .isEqualTo(TaskState.TASK_STATE_WALKING);
    }

    @Test
    void acksAreCountedAndNotOfWhatIsUnknown() {
        Device device = world.logins(1).getFirst();
        world.start(10, 0);
        world.pass(100);
        world.broadcasts.acked(device.binding(), 10);
        world.broadcasts.acked(device.binding(), 11);
        assertThat(world.run(10, 0).getAcked()).isEqualTo(1);
    }
}

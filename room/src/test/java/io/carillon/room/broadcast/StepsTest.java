package io.carillon.room.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.BroadcastStep;
import io.carillon.runtime.contract.BroadcastSample;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is written down of the users who are sampled. */
class StepsTest {
    @Test
    void tellsWhatBecameOfABroadcastAtEachUserWhereAllAreSampled() {
        BroadcastWorld world = world(1);
        List<Device> devices = world.logins(2);
        devices.get(1).writable = false;
        world.start(10, 0);
        world.pass(1_000);
        world.broadcasts.acked(devices.get(0).binding(), 10);
        world.pass(1_100);

        assertThat(types(world, "user-0")).containsExactly("written", "acked");
        assertThat(types(world, "user-1")).containsExactly("passed_over");
        assertThat(types(world, "")).containsExactly("ordered");
        assertThat(world.steps).allSatisfy(step -> {
            assertThat(step.getApp()).isEqualTo(BroadcastWorld.APP);
            assertThat(step.getBroadcast()).isEqualTo(BroadcastWorld.id(10));
            assertThat(step.getAtMs()).isPositive();
        });

        devices.get(1).writable = true;
        world.broadcasts.mayHaveOpened(devices.get(1).binding());
        world.pass(1_100);
        assertThat(types(world, "user-1")).containsExactly("passed_over", "written");
    }

    @Test
    void tellsOnlyOfTheUsersWhoAreSampled() {
        BroadcastWorld world = world(10);
        world.logins(500);
        world.start(10, 0);
        world.pass(2_000);

        BroadcastSample sample = new BroadcastSample(BroadcastWorld.id(10), 10);
        List<String> sampled = IntStream.range(0, 500)
                .mapToObj(i -> "user-" + i)
                .filter(sample::has)
                .toList();
        assertThat(sampled).hasSizeBetween(20, 100);
        assertThat(world.steps.stream().map(BroadcastStep::getUser).filter(user -> !user.isEmpty()))
                .containsExactlyInAnyOrderElementsOf(sampled);
    }

    @Test
    void tellsNothingWhereNobodyIsSampled() {
        BroadcastWorld world = world(0);
        world.logins(50);
        world.start(10, 0);
        world.pass(2_000);

        assertThat(world.steps).isEmpty();
    }

    @Test
    void keepsWhatSaverHasNotHeardUntilItIsBack() {
        BroadcastWorld world = world(1);
        world.logins(20);
        world.saverAway = true;
        world.start(10, 0);
        world.pass(5_000);
        assertThat(world.steps).isEmpty();

        world.saverAway = false;
        world.pass(2_000);
        assertThat(world.steps).hasSize(21);
    }

    private static List<String> types(BroadcastWorld world, String user) {
        return world.steps.stream()
                .filter(step -> step.getUser().equals(user))
                .map(BroadcastStep::getType)
                .toList();
    }

    private static BroadcastWorld world(int oneIn) {
        BroadcastLimits all = BroadcastLimits.defaults();
        return new BroadcastWorld(new BroadcastLimits(
                all.connectionsPerTurn(),
                all.giveWayMax(),
                all.slotsPerTurn(),
                all.runsMax(),
                all.listBytesMax(),
                all.frameBytesMax(),
                all.pollWait(),
                all.callTimeout(),
                all.countInterval(),
                all.listGrace(),
                all.askAgainAfter(),
                oneIn));
    }
}

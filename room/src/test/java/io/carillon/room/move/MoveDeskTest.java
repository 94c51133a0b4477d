package io.carillon.room.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.MoveKind;
import io.carillon.contract.MoveRequest;
import io.carillon.contract.MoveResponse;
import io.carillon.contract.MoveState;
import io.carillon.room.loop.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Moves in virtual time. */
class MoveDeskTest {
    private final VirtualLoop loop = new VirtualLoop();
    private final FakeCrowd crowd = new FakeCrowd();
    private final List<String> steps = new ArrayList<>();
    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    private final MoveDesk desk = new MoveDesk(
            loop,
            MoveLimits.defaults(),
            crowd,
            new DrainSteps() {
                @Override
                public void announceDraining() {
                    steps.add("announced");
                }

                @Override
                public void shut() {
                    steps.add("shut");
                }

                @Override
                public void onDrained() {
                    steps.add("drained");
                }
            },
            random::nextLong);

    /** Connections with the ids 0 to N − 1; some leave when asked, at once. */
    private static final class FakeCrowd implements Crowd {
        final Set<Long> there = new TreeSet<>();
        final List<Long> asked = new ArrayList<>();
        final List<Long> closed = new ArrayList<>();
        final List<List<String>> rooms = new ArrayList<>();
        boolean obedient = true;

        void come(int from, int count) {
            for (long id = from; id < from + count; id++) {
                there.add(id);
            }
        }

        @Override
        public void ids(Consumer<long[]> to) {
            to.accept(there.stream().mapToLong(Long::longValue).toArray());
        }

        @Override
        public void ask(long[] ids, List<String> to) {
            for (long id : ids) {
                asked.add(id);
                if (obedient) {
                    there.remove(id);
                }
            }
            rooms.add(to);
        }

        @Override
        public void close(long[] ids, Consumer<Integer> count) {
            int found = 0;
            for (long id : ids) {
                if (there.remove(id)) {
                    closed.add(id);
                    found++;
                }
            }
            count.accept(found);
        }

        @Override
        public long connections() {
            return there.size();
        }
    }

    private MoveResponse order(MoveRequest.Builder request) {
        CompletableFuture<MoveResponse> answer = desk.order(request.build());
        loop.run();
        return answer.join();
    }

    private MoveResponse drain() {
        return order(MoveRequest.newBuilder().setKind(MoveKind.MOVE_KIND_DRAIN));
    }

    private MoveResponse progress() {
        return order(MoveRequest.newBuilder());
    }

    private static MoveRequest.Builder rebalance(long connections) {
        return MoveRequest.newBuilder()
                .setKind(MoveKind.MOVE_KIND_REBALANCE)
                .setConnections(connections)
                .addTo("room-3");
    }

    @Test
    void aDrainTellsDiscoveryFirstThenShutsTheDoorThenAsks() {
        crowd.come(0, 100);
        MoveResponse answer = drain();
        assertThat(answer.getAccepted()).isTrue();
        assertThat(answer.getState()).isEqualTo(MoveState.MOVE_STATE_RUNNING);
        assertThat(steps).containsExactly("announced");

        loop.pass(Duration.ofMillis(1_990));
        assertThat(steps).containsExactly("announced");
        assertThat(crowd.asked).isEmpty();

        loop.pass(Duration.ofMillis(300));
        assertThat(steps).containsExactly("announced", "shut");
        assertThat(crowd.asked).isNotEmpty();
    }

    @Test
    void aSmallRoomIsAskedAtTheLeastRateInRandomOrder() {
        crowd.come(0, 400);
        drain();
        loop.pass(Duration.ofSeconds(2).plusMillis(50));

        loop.pass(Duration.ofSeconds(1));
        assertThat(crowd.asked).hasSizeBetween(45, 50).doesNotHaveDuplicates();
        assertThat(crowd.asked.stream().sorted().toList()).isNotEqualTo(crowd.asked);

        loop.pass(Duration.ofSeconds(3));
        assertThat(crowd.asked).hasSizeBetween(190, 200);
        loop.pass(Duration.ofSeconds(5));
        assertThat(crowd.asked).hasSize(400).doesNotHaveDuplicates();
        assertThat(steps).endsWith("drained");
        assertThat(progress().getState()).isEqualTo(MoveState.MOVE_STATE_DONE);
        assertThat(progress().getAsked()).isEqualTo(400);
    }

    @Test
    void aLargerRoomIsSpreadOverTwoMinutesAndALargeOneIsHeldToTheHighestRate() {
        assertThat(MoveLimits.defaults().ratePerSecond(24_000)).isEqualTo(200);
        assertThat(MoveLimits.defaults().ratePerSecond(1_000_000)).isEqualTo(500);
        assertThat(MoveLimits.defaults().ratePerSecond(0)).isEqualTo(50);
    }

    @Test
    void whoHasNotGoneInTimeIsClosed() {
        crowd.come(0, 20);
        crowd.obedient = false;
        drain();
        loop.pass(Duration.ofSeconds(15));
        assertThat(crowd.asked).hasSize(20);
        assertThat(crowd.closed).isEmpty();

        loop.pass(Duration.ofSeconds(4));
        assertThat(crowd.closed).hasSize(20);
        assertThat(steps).endsWith("drained");
        assertThat(progress().getClosed()).isEqualTo(20);
    }

    @Test
    void whoWasLoggingInWhenTheDoorWasShutIsAskedAsWell() {
        crowd.come(0, 10);
        crowd.obedient = false;
        drain();
        loop.pass(Duration.ofSeconds(4));
        crowd.come(100, 5);

        loop.pass(Duration.ofSeconds(40));
        assertThat(crowd.asked).contains(100L, 104L);
        assertThat(steps).endsWith("drained");
    }

    @Test
    void aDrainEndsAtItsLimitWhoeverIsLeft() {
        crowd.come(0, 100_000);
        crowd.obedient = false;
        drain();
        loop.pass(Duration.ofSeconds(179));
        assertThat(steps).doesNotContain("drained");
        loop.pass(Duration.ofSeconds(2));
        assertThat(steps).endsWith("drained");
        assertThat(crowd.there).isNotEmpty();
    }

    @Test
    void anEmptyRoomIsDrainedAtOnce() {
        drain();
        loop.pass(Duration.ofMillis(2_200));
        assertThat(steps).containsExactly("announced", "shut", "drained");
    }

    @Test
    void aRepeatedDrainIsTheSameOne() {
        crowd.come(0, 100);
        drain();
        loop.pass(Duration.ofSeconds(3));
        assertThat(drain().getAccepted()).isTrue();
        loop.pass(Duration.ofSeconds(30));
        assertThat(crowd.asked).hasSize(100);
        assertThat(steps).containsExactly("announced", "shut", "drained");
    }

    @Test
    void aRebalanceAsksSoManyAndNoMoreAndLeavesTheDoorOpen() {
        crowd.come(0, 300);
        MoveResponse answer = order(rebalance(100));
        assertThat(answer.getAccepted()).isTrue();
        assertThat(answer.getPlanned()).isEqualTo(100);

        loop.pass(Duration.ofSeconds(30));
        assertThat(crowd.asked).hasSize(100).doesNotHaveDuplicates();
        assertThat(crowd.rooms).containsOnly(List.of("room-3"));
        assertThat(steps).isEmpty();
        assertThat(progress().getState()).isEqualTo(MoveState.MOVE_STATE_DONE);
        assertThat(progress().getConnections()).isEqualTo(200);
    }

    @Test
    void aCancelledRebalanceAsksNobodyElseAndAnotherMayBegin() {
        crowd.come(0, 300);
        order(rebalance(200));
        loop.pass(Duration.ofSeconds(1));
        order(MoveRequest.newBuilder().setKind(MoveKind.MOVE_KIND_CANCEL));
        int asked = crowd.asked.size();
        assertThat(asked).isPositive();

        loop.pass(Duration.ofSeconds(60));
        assertThat(crowd.asked).hasSize(asked);
        assertThat(progress().getState()).isEqualTo(MoveState.MOVE_STATE_CANCELLED);

        assertThat(order(rebalance(10)).getAccepted()).isTrue();
        loop.pass(Duration.ofSeconds(60));
        assertThat(crowd.asked).hasSize(asked + 10);
    }

    @Test
    void oneRebalanceAtATimeButARepeatedOrderIsTheSameOne() {
        crowd.come(0, 300);
        order(rebalance(200));
        assertThat(order(rebalance(200)).getAccepted()).isTrue();
        MoveResponse other = order(rebalance(50));
        assertThat(other.getAccepted()).isFalse();
        assertThat(other.getReason()).contains("another rebalance");
    }

    @Test
    void aDrainTakesThePlaceOfARebalanceAndIsNotTakenBack() {
        crowd.come(0, 300);
        order(rebalance(200));
        loop.pass(Duration.ofSeconds(1));
        assertThat(drain().getKind()).isEqualTo(MoveKind.MOVE_KIND_DRAIN);
        assertThat(order(MoveRequest.newBuilder().setKind(MoveKind.MOVE_KIND_CANCEL))
                        .getAccepted())
                .isFalse();
        assertThat(order(rebalance(10)).getReason()).isEqualTo("the room drains");
        loop.pass(Duration.ofSeconds(60));
        assertThat(steps).endsWith("drained");
    }
}

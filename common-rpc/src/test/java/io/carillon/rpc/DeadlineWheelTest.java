package io.carillon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {
    private static final Admission.Gate GATE = new Admission(RpcConfig.defaults()).gate(1);

    @Test
    void eachCallEndsWithinATickOfItsDeadlineAndNeverBefore() {
        Random random = new Random(5);
        long now = -1_000_000_000L;
        DeadlineWheel wheel = new DeadlineWheel(now);
        Set<PendingCall<?>> waiting = new HashSet<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(3) == 0) {
                // From overdue to several turns of the wheel.
                PendingCall<?> call = call(now + random.nextLong(-10_000_000L, 8_000_000_000L));
                wheel.add(call);
                waiting.add(call);
            }
            if (random.nextInt(10) == 0 && !waiting.isEmpty()) {
                PendingCall<?> answered = waiting.iterator().next();
                wheel.remove(answered);
                waiting.remove(answered);
            }
            now += random.nextInt(20) == 0 ? 3_000_000_000L : DeadlineWheel.TICK_NS;
            long at = now;
            List<PendingCall<?>> expired = new ArrayList<>();
            wheel.advance(at, expired::add);
            for (PendingCall<?> call : expired) {
                assertThat(call.deadlineNs).isLessThanOrEqualTo(at);
                assertThat(waiting.remove(call)).isTrue();
            }
            assertThat(waiting).noneMatch(call -> call.deadlineNs < at - DeadlineWheel.TICK_NS);
        }
        wheel.advance(now + Duration.ofMinutes(1).toNanos(), waiting::remove);
        assertThat(waiting).isEmpty();
        assertThat(wheel.isEmpty()).isTrue();
    }

    @Test
    void whoAdvancesItWhenItSaysEndsEachCallInTimeWithFewTurns() {
        Random random = new Random(6);
        long now = -7_000_000_001L;
        DeadlineWheel wheel = new DeadlineWheel(now);
        Set<PendingCall<?>> waiting = new HashSet<>();
        long plannedNs = Long.MAX_VALUE;
        int turns = 0;
        for (int i = 0; i < 200; i++) {
            PendingCall<?> call = call(now + random.nextLong(1, 30_000_000_000L));
            wheel.add(call);
            waiting.add(call);
            plannedNs = Math.min(plannedNs, wheel.endNs(call));
        }
        while (!waiting.isEmpty()) {
            now = plannedNs;
            long at = now;
            wheel.advance(at, call -> {
                assertThat(at - call.deadlineNs).isBetween(0L, DeadlineWheel.TICK_NS);
                waiting.remove(call);
            });
            turns++;
            plannedNs = wheel.nextNs();
            assertThat(plannedNs).isGreaterThan(now);
        }
        assertThat(wheel.isEmpty()).isTrue();
        // A call is looked at once a turn of the wheel, which is 2 s, until its time has come.
        assertThat(turns).isLessThan(200 * 16);
    }

    private static PendingCall<?> call(long deadlineNs) {
        return new PendingCall<>(Fixture.ECHO, StringValue.getDefaultInstance(), 0, GATE, 0, deadlineNs);
    }
}

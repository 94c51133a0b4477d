package io.carillon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private final InFlight inFlight = new InFlight();
    private final Admission.Gate gate = new Admission(RpcConfig.defaults()).gate(1);

    @Test
    void holdsAsManyAsMayBeInFlight() {
        Set<Long> ids = new HashSet<>();
        List<PendingCall<?>> calls = new ArrayList<>();
        for (int i = 0; i < InFlight.CALLS_MAX; i++) {
            PendingCall<?> call = call();
            inFlight.add(call);
            calls.add(call);
            ids.add(call.id);
        }
        assertThat(ids).hasSize(InFlight.CALLS_MAX);
        assertThat(calls).allMatch(call -> inFlight.take(call.id) == call);
        assertThat(inFlight.size()).isZero();
    }

    @Test
    void anIdNeverNamesALaterCall() {
        PendingCall<?> first = call();
        inFlight.add(first);
        inFlight.take(first.id);
        for (int i = 0; i < 200_000; i++) {
            PendingCall<?> next = call();
            inFlight.add(next);
            assertThat(inFlight.take(first.id) == null).isTrue();
            inFlight.take(next.id);
        }
    }

    @Test
    void idsOutOfNowhereNameNothing() {
        inFlight.add(call());
        for (long id : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0xFFFF, 1L << 16 | 1}) {
            assertThat(inFlight.take(id)).isNull();
        }
    }

    private PendingCall<?> call() {
        return new PendingCall<>(Fixture.ECHO, StringValue.getDefaultInstance(), 0, gate, 0, 0);
    }
}

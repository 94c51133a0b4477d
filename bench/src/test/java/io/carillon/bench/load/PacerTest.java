package io.carillon.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PacerTest {
    private static final class Sends implements Pacer.Line {
        private final List<Long> dueNs = new ArrayList<>();
        private final List<Long> numbers = new ArrayList<>();
        private int flushed;

        @Override
        public void send(long number, long due) {
            numbers.add(number);
            dueNs.add(due);
        }

        @Override
        public void flush() {
            flushed = numbers.size();
        }
    }

    @Test
    void sendsAllThatIsDueAtEvenDistances() {
        Sends sends = new Sends();
        long sent = new Pacer(() -> false).atRate(10_000, 0.05, 7, sends);
        assertThat(sent).isEqualTo(500);
        assertThat(sends.flushed).isEqualTo(500);
        assertThat(sends.numbers.getFirst()).isEqualTo(7);
        for (int i = 0; i < 500; i++) {
            assertThat(sends.dueNs.get(i) - sends.dueNs.getFirst()).isEqualTo(i * 100_000L);
        }
    }

    @Test
    void keepsDueTimesWhenASendStalls() {
        Sends sends = new Sends();
        AtomicInteger calls = new AtomicInteger();
        new Pacer(() -> false).atRate(1_000, 0.02, 0, new Pacer.Line() {
            @Override
            public void send(long number, long dueNs) {
                sends.send(number, dueNs);
                if (calls.getAndIncrement() == 0) {
                    long untilNs = System.nanoTime() + 30_000_000;
                    while (System.nanoTime() < untilNs) {
                        Thread.onSpinWait();
                    }
                }
            }

            @Override
            public void flush() {}
        });
        assertThat(sends.dueNs.getLast() - sends.dueNs.getFirst()).isEqualTo(19_000_000L);
    }

    @Test
    void neverHasMoreInFlightThanThereIsRoomFor() {
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        long sent = new Pacer(stop::get).inFlight(60, 0, () -> 10 - inFlight.get(), new Pacer.Line() {
            @Override
            public void send(long number, long dueNs) {
                most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            }

            @Override
            public void flush() {
                inFlight.set(0);
                stop.set(most.get() == 10);
            }
        });
        assertThat(sent).isPositive();
        assertThat(most).hasValue(10);
    }
}

package io.carillon.runtime.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DutySchedulerTest {
    @Test
    void aDutyGoesOnAfterItFailed() throws Exception {
        CountDownLatch turns = new CountDownLatch(3);
        try (DutyScheduler scheduler = new DutyScheduler("duties")) {
            Future<?> duty = scheduler.scheduleWithFixedDelay(
                    () -> {
                        turns.countDown();
                        if (turns.getCount() == 2) {
                            throw new IllegalStateException("a turn that fails");
                        }
                        throw new NoClassDefFoundError("another");
                    },
                    0,
                    1,
                    TimeUnit.MILLISECONDS);

            assertThat(turns.await(1, TimeUnit.MINUTES)).isTrue();
            duty.cancel(false);
        }
    }

    @Test
    void whatWasCancelledDoesNotWaitForItsTime() {
        try (DutyScheduler scheduler = new DutyScheduler("duties")) {
            scheduler.schedule(() -> {}, 1, TimeUnit.HOURS).cancel(false);

            assertThat(scheduler.getQueue()).isEmpty();
        }
    }
}

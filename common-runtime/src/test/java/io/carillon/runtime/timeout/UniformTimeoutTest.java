package io.carillon.runtime.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carillon.runtime.node.DutyScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UniformTimeoutTest {
    private final DutyScheduler scheduler = new DutyScheduler("test-timeout");

    @AfterEach
    void stop() {
        scheduler.shutdownNow();
    }

    @Test
    void whatIsNotDoneInTimeGetsTheOtherValueAndNotEarlier() throws Exception {
        UniformTimeout timeout = new UniformTimeout(scheduler, Duration.ofMillis(30));
        long startNs = System.nanoTime();

        assertThat(timeout.bound(new CompletableFuture<String>(), "late").get(60, TimeUnit.SECONDS))
                .isEqualTo("late");

        assertThat(System.nanoTime() - startNs)
                .isGreaterThanOrEqualTo(Duration.ofMillis(30).toNanos());
    }

    @Test
    void whatIsDoneKeepsItsValueAndSetsNoTimerForThoseBehindIt() throws Exception {
        UniformTimeout timeout = new UniformTimeout(scheduler, Duration.ofHours(1));
        CompletableFuture<Integer> done = timeout.bound(CompletableFuture.completedFuture(1), 2);
        assertThat(scheduler.getQueue()).isEmpty();

        List<CompletableFuture<Integer>> many = new ArrayList<>();
        IntStream.range(0, 1000).forEach(i -> many.add(timeout.bound(new CompletableFuture<>(), -1)));
        assertThat(scheduler.getQueue()).hasSize(1);
        IntStream.range(0, 1000).forEach(i -> many.get(i).complete(i));

        assertThat(done.get()).isOne();
        assertThat(many).allSatisfy(one -> assertThat(one.join()).isNotNegative());
    }

    @Test
    void thoseThatComeWhileTheQueueEmptiesEndAsWell() {
        UniformTimeout timeout = new UniformTimeout(scheduler, Duration.ofMillis(1));
        List<CompletableFuture<Integer>> waits = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            CompletableFuture<Integer> wait = timeout.bound(new CompletableFuture<>(), -1);
            if (i % 3 == 0) {
                wait.complete(i);
            }
            waits.add(wait);
        }

        assertThat(CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new)))
                .succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void noWaitIsNoWaitAndLessIsRefused() {
        assertThat(new UniformTimeout(scheduler, Duration.ZERO).bound(new CompletableFuture<Integer>(), 7))
                .isCompletedWithValue(7);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UniformTimeout(scheduler, Duration.ofMillis(-1)))
                .withMessageContaining("expected: not below 0");
    }
}

package io.carillon.saver.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LongPollsTest {
    private static final long LONG_MS = 600_000;

    private final List<Runnable> tasks = new ArrayList<>();
    private final LongPolls polls = new LongPolls(tasks::add, 2);
    private final AtomicBoolean news = new AtomicBoolean();

    private CompletableFuture<Boolean> ask(long waitMs) {
        return polls.await(waitMs, news::get);
    }

    private void runTasks() {
        tasks.forEach(Runnable::run);
        tasks.clear();
    }

    @Test
    void answersWhenThereIsNewsForItAndOffTheThreadThatBringsIt() {
        CompletableFuture<Boolean> answer = ask(LONG_MS);
        polls.wake();
        assertThat(tasks).as("nothing new for it").isEmpty();
        news.set(true);
        polls.wake();
        assertThat(answer).isNotDone();
        runTasks();

        assertThat(answer).isCompletedWithValue(true);
        assertThat(polls.waiting()).isZero();
    }

    @Test
    void leavesTheOthersWaiting() {
        CompletableFuture<Boolean> other = polls.await(LONG_MS, () -> false);
        CompletableFuture<Boolean> answer = ask(LONG_MS);
        news.set(true);
        polls.wake();
        runTasks();

        assertThat(answer).isCompletedWithValue(true);
        assertThat(other).isNotDone();
    }

    @Test
    void missesNoNewsThatCameBeforeItStoodInLine() {
        news.set(true);

        assertThat(ask(LONG_MS)).isCompletedWithValue(true);
        assertThat(polls.waiting()).isZero();
    }

    @Test
    void answersWhenItsTimeIsOver() {
        CompletableFuture<Boolean> answer = ask(1);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(answer).isCompletedWithValue(false));
        await().atMost(Duration.ofSeconds(20)).until(() -> polls.waiting() == 0);
        assertThat(ask(0)).as("did not want to wait").isCompletedWithValue(false);
    }

    @Test
    void answersOneTooManyAtOnce() {
        ask(LONG_MS);
        ask(LONG_MS);
        assertThat(polls.isFull()).isTrue();

        assertThat(ask(LONG_MS)).isCompletedWithValue(false);
        assertThat(polls.waiting()).isEqualTo(2);
    }

    @Test
    void answersAllWhenItIsClosedAndWhoComesThen() {
        CompletableFuture<Boolean> answer = ask(LONG_MS);
        polls.close();

        assertThat(answer).isCompletedWithValue(false);
        assertThat(ask(LONG_MS)).isCompletedWithValue(false);
    }
}

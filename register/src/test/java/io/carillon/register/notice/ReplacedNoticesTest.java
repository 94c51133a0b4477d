package io.carillon.register.notice;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.ReplacedRequest;
import io.carillon.contract.ReplacedResponse;
import io.carillon.register.session.ManualClock;
import io.carillon.register.session.RoomLife;
import io.carillon.register.session.Roster;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReplacedNoticesTest {
    private final List<ReplacedRequest> sent = new ArrayList<>();
    private final ArrayDeque<CompletableFuture<ReplacedResponse>> answers = new ArrayDeque<>();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final List<Long> delays = new ArrayList<>();
    private final Roster roster = new Roster(new ManualClock(), life -> {});
    private final RoomLife room = Objects.requireNonNull(roster.heard("room-1", 7));
    private final ReplacedNotices notices = new ReplacedNotices(
            (name, request) -> {
                sent.add(request);
                CompletableFuture<ReplacedResponse> answer = new CompletableFuture<>();
                answers.add(answer);
                return answer;
            },
            (delayMs, task) -> {
                delays.add(delayMs);
                later.add(task);
            },
            new Random(1));

    @Test
    void gathersWhatComesTogetherIntoOneRequestToTheRoomsLife() {
        replace(1);
        replace(2);
        runNext();
        assertThat(sent).hasSize(1);
        assertThat(sent.getFirst().getIncarnation()).isEqualTo(7);
        assertThat(sent.getFirst().getEntriesList())
                .extracting(entry -> entry.getConnectionId())
                .containsExactly(1L, 2L);
        assertThat(sent.getFirst().getEntries(0).getMoved()).isTrue();
    }

    @Test
    void oneBatchIsUnderWayAtATimeAndNoneIsLargerThanTheBound() {
        for (int i = 0; i < ReplacedNotices.BATCH_MAX + 10; i++) {
            replace(i);
        }
        runNext();
        assertThat(sent).hasSize(1);
        assertThat(sent.getFirst().getEntriesCount()).isEqualTo(ReplacedNotices.BATCH_MAX);
        assertThat(later).isEmpty();
        answer();
        runNext();
        assertThat(sent.get(1).getEntriesCount()).isEqualTo(10);
        answer();
        runNext();
        assertThat(sent).hasSize(2);
        replace(9_999);
        runNext();
        assertThat(sent).as("starts again after it was idle").hasSize(3);
    }

    @Test
    void triesAgainWithGrowingPausesAndInOrderThenGivesUp() {
        replace(1);
        for (int attempt = 0; attempt < ReplacedNotices.ATTEMPTS_MAX; attempt++) {
            runNext();
            fail();
        }
        assertThat(sent).hasSize(ReplacedNotices.ATTEMPTS_MAX).allMatch(request -> request.getEntriesCount() == 1);
        assertThat(delays.get(5)).isGreaterThan(delays.get(1));
        assertThat(delays).allMatch(delay -> delay <= ReplacedNotices.PAUSE_MAX_MS);
        assertThat(notices.droppedCount()).isEqualTo(1);
    }

    @Test
    void dropsTheOldestBeyondTheBound() {
        for (int i = 0; i <= ReplacedNotices.PENDING_MAX; i++) {
            replace(i);
        }
        assertThat(notices.droppedCount()).isEqualTo(1);
        runNext();
        assertThat(sent.getFirst().getEntries(0).getConnectionId()).isEqualTo(1);
    }

    @Test
    void tellsNothingToALifeThatIsOver() {
        replace(1);
        roster.heard("room-1", 8);
        runNext();
        assertThat(sent).isEmpty();
        assertThat(later).isEmpty();
    }

    private void replace(long connectionId) {
        notices.onReplaced(room, "app", "u" + connectionId, connectionId, "device", true);
    }

    private void runNext() {
        later.remove().run();
    }

    private void answer() {
        answers.remove().complete(ReplacedResponse.getDefaultInstance());
    }

    private void fail() {
        answers.remove().completeExceptionally(new IllegalStateException("no answer"));
    }
}

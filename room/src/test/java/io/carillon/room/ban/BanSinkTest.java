package io.carillon.room.ban;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.contract.BanEntry;
import io.carillon.contract.BanPutRequest;
import io.carillon.contract.BanPutResponse;
import io.carillon.contract.UserKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BanSinkTest {
    private record Call(BanPutRequest request, CompletableFuture<BanPutResponse> answer) {}

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<Boolean> outcomes = new CopyOnWriteArrayList<>();
    private final BanSink sink = new BanSink(
            (request, timeout) -> {
                CompletableFuture<BanPutResponse> answer = new CompletableFuture<>();
                calls.add(new Call(request, answer));
                return answer;
            },
            scheduler);

    @AfterEach
    void stop() {
        scheduler.shutdownNow();
    }

    private boolean offer(int number) {
        return sink.offer(
                BanEntry.newBuilder()
                        .setUser(UserKey.newBuilder().setApp("demo").setUser("u" + number))
                        .setBanMs(1_000)
                        .build(),
                outcomes::add);
    }

    @Test
    void makesOneCallAtATimeAndTheNextOfAllThatWaits() {
        for (int i = 0; i < 2_500; i++) {
            assertThat(offer(i)).isTrue();
        }
        assertThat(calls).hasSize(1);
        assertThat(calls.get(0).request.getEntriesCount()).isEqualTo(1);

        assertThat(outcomes).isEmpty();
        calls.get(0).answer.complete(BanPutResponse.getDefaultInstance());
        assertThat(outcomes).containsExactly(true);
        calls.get(1).answer.complete(BanPutResponse.getDefaultInstance());

        assertThat(calls.get(1).request.getEntriesCount()).isEqualTo(2_000);
        assertThat(calls.get(2).request.getEntriesCount()).isEqualTo(499);
        assertThat(calls.get(2).request.getEntries(498).getUser().getUser()).isEqualTo("u2499");
    }

    @Test
    void makesACallThatFailedAgain() {
        offer(1);
        calls.get(0).answer.completeExceptionally(new IllegalStateException("away"));

        await().until(() -> calls.size() == 2);
        assertThat(calls.get(1).request).isEqualTo(calls.get(0).request);
        calls.get(1).answer.complete(BanPutResponse.getDefaultInstance());
        assertThat(sink.waiting()).isZero();
        assertThat(outcomes).containsExactly(true);
    }

    @Test
    void refusesBeyondItsBoundAndTellsWhatSaverWillNotTake() {
        for (int i = 0; i < BanSink.WAITING_MAX; i++) {
            assertThat(offer(i)).isTrue();
        }
        assertThat(offer(-1)).isFalse();

        calls.get(0)
                .answer
                .complete(BanPutResponse.newBuilder().setError("full").build());

        assertThat(sink.waiting()).isEqualTo(BanSink.WAITING_MAX - 1);
        assertThat(outcomes).containsExactly(false);
        assertThat(offer(-1)).isTrue();
    }
}

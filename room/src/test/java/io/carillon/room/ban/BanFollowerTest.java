package io.carillon.room.ban;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.contract.Ban;
import io.carillon.contract.BansRequest;
import io.carillon.contract.BansResponse;
import io.carillon.contract.UserKey;
import io.carillon.room.login.Bans;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BanFollowerTest {
    private record Question(BansRequest request, CompletableFuture<BansResponse> answer) {}

    /** The store's clock is a minute ahead of the room's. */
    private static final long ROOM_MS = 1_000_000;

    private static final long STORE_MS = ROOM_MS + 60_000;

    private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
    private final List<Bans> sweeps = new CopyOnWriteArrayList<>();
    private volatile long nowMs = ROOM_MS;

    private BanFollower follower(Path directory, int max) {
        BanFollower follower = new BanFollower(
                directory,
                new BanConfig(max),
                (request, timeout) -> {
                    CompletableFuture<BansResponse> answer = new CompletableFuture<>();
                    questions.add(new Question(request, answer));
                    return answer;
                },
                () -> nowMs);
        follower.start(sweeps::add);
        return follower;
    }

    private Question next() throws InterruptedException {
        return Objects.requireNonNull(questions.poll(60, TimeUnit.SECONDS));
    }

    private static BansResponse.Builder page(long version, Ban... bans) {
        return BansResponse.newBuilder()
                .setVersion(version)
                .setBaseVersion(5)
                .setNowMs(STORE_MS)
                .addAllBans(List.of(bans));
    }

    private static Ban ban(String user, long leftMs) {
        return Ban.newBuilder()
                .setUser(UserKey.newBuilder().setApp("demo").setUser(user))
                .setUntilMs(leftMs == 0 ? 0 : STORE_MS + leftMs)
                .setReason("because")
                .build();
    }

    @Test
    void enforcesAListOnceItIsWholeByItsOwnClock(@TempDir Path directory) throws Exception {
        try (BanFollower follower = follower(directory, 10)) {
            Question first = next();
            assertThat(first.request.getAfterVersion()).isZero();
            first.answer.complete(
                    page(2, ban("a", 5_000)).setReset(true).setMore(true).build());
            Question second = next();
            assertThat(second.request.getAfterVersion()).isEqualTo(2);
            assertThat(second.request.getBaseVersion()).isEqualTo(5);
            assertThat(follower.reason("demo", "a")).isNull();
            second.answer.complete(page(5, ban("b", 9_000)).build());
            next();

            assertThat(follower.reason("demo", "a")).isEqualTo("because");
            nowMs = ROOM_MS + 4_999;
            assertThat(follower.reason("demo", "a")).isEqualTo("because");
            nowMs = ROOM_MS + 5_000;
            assertThat(follower.reason("demo", "a")).isNull();
            assertThat(follower.reason("demo", "b")).isEqualTo("because");
        }
    }

    @Test
    void addsNoDelayToABan(@TempDir Path directory) throws Exception {
        try (BanFollower follower = follower(directory, 100)) {
            next().answer.complete(page(5).setReset(true).build());
            List<Long> delaysMs = new ArrayList<>();
            Question open = next();
            for (int i = 0; i < 20; i++) {
                assertThat(open.request.getWaitMs())
                        .as("a saver that stands still is given up soon")
                        .isBetween(1L, 1_000L);
                long answeredNs = System.nanoTime();
                open.answer.complete(page(6 + i, ban("user-" + i, 5_000)).build());
                open = next();
                delaysMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - answeredNs));
                assertThat(follower.reason("demo", "user-" + i))
                        .as("enforced before it asks again")
                        .isEqualTo("because");
            }
            assertThat(delaysMs.stream().filter(delayMs -> delayMs < 250).count())
                    .as("it asks again at once, most of the time on a busy machine: %s", delaysMs)
                    .isGreaterThan(delaysMs.size() / 2);
        }
    }

    @Test
    void sweepsForThoseWhoAreNewlyBanned(@TempDir Path directory) throws Exception {
        try (BanFollower follower = follower(directory, 10)) {
            next().answer.complete(page(5, ban("a", 5_000)).setReset(true).build());
            await().until(() -> sweeps.size() == 1);
            next().answer.complete(page(6, ban("b", 5_000)).build());
            await().until(() -> sweeps.size() == 2);

            assertThat(sweeps.get(0).reason("demo", "a")).isEqualTo("because");
            assertThat(sweeps.get(1).reason("demo", "b")).isEqualTo("because");
            assertThat(sweeps.get(1).reason("demo", "a")).as("not new").isNull();
            next().answer.complete(page(7, ban("b", 0)).build());
            next();
            assertThat(follower.reason("demo", "b")).isNull();
            assertThat(sweeps.get(1).reason("demo", "b")).as("lifted since").isNull();
        }
    }

    @Test
    void keepsAskingAndKeepsWhatItHasWhileSaverIsAway(@TempDir Path directory) throws Exception {
        try (BanFollower follower = follower(directory, 10)) {
            next().answer.complete(page(5, ban("a", 5_000)).setReset(true).build());
            next().answer.completeExceptionally(new IllegalStateException("away"));
            Question again = next();
            assertThat(again.request.getAfterVersion()).isEqualTo(5);
            assertThat(follower.reason("demo", "a")).isEqualTo("because");
        }
    }

    @Test
    void refusesByWhatItKnewLastWhenItStartsWhileSaverIsAway(@TempDir Path directory) throws Exception {
        try (BanFollower follower = follower(directory, 10)) {
            next().answer.complete(page(5, ban("a", 5_000)).setReset(true).build());
            await().until(() -> Files.exists(directory.resolve("bans")));
            assertThat(follower.size()).isEqualTo(1);
        }
        questions.clear();
        try (BanFollower follower = follower(directory, 10)) {
            assertThat(follower.reason("demo", "a")).isEqualTo("because");
            await().until(() -> questions.stream()
                    .anyMatch(question ->
                            question.request.getAfterVersion() == 5 && question.request.getBaseVersion() == 5));
        }
    }

    @Test
    void countsWhatIsBeyondItsBound(@TempDir Path directory) throws Exception {
        try (BanFollower follower = follower(directory, 1)) {
            next().answer
                    .complete(page(5, ban("a", 5_000), ban("b", 5_000))
                            .setReset(true)
                            .build());
            next();

            assertThat(follower.size()).isEqualTo(1);
            assertThat(follower.dropped()).isEqualTo(1);
            assertThat(follower.reason("demo", "b")).isNull();
        }
    }
}

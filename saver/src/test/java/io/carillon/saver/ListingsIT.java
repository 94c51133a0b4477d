package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastChange;
import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.contract.Task;
import io.carillon.runtime.config.ByteSize;
import io.carillon.saver.broadcast.BroadcastConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lists that rooms serve logins from, with a second saver behind the same store. */
class ListingsIT {
    private static final int LISTED_MAX = 20;
    private static final int WAITING_MAX = 25;
    private static final int KEPT_MAX = 30;
    private static final AtomicInteger APPS = new AtomicInteger();
    private static TestRedis redis;
    private static String schema;
    private static SaverFixture saver;
    private static SaverFixture other;
    private BroadcastFixture app;
    private BroadcastFixture atOther;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        saver = new SaverFixture(config());
        other = new SaverFixture(config());
    }

    private static SaverConfig config() {
        return new SaverConfig(
                SaverFixture.redis(false, redis.uri()),
                SaverFixture.mysql(TestMySql.shared().url(schema)),
                SaverFixture.limits(500, 8),
                SaverFixture.ledger(),
                SaverFixture.deadLetters(10_000),
                new BroadcastConfig(
                        LISTED_MAX,
                        new ByteSize(64 << 10),
                        new ByteSize(1 << 20),
                        WAITING_MAX,
                        1000,
                        KEPT_MAX,
                        Duration.ofDays(7)),
                SaverFixture.schedule(),
                SaverFixture.uplinks());
    }

    @AfterAll
    static void stop() {
        saver.close();
        other.close();
        redis.close();
    }

    @BeforeEach
    void freshApp() {
        TestMySql.shared().execute(schema, "DELETE FROM broadcast");
        TestMySql.shared().execute(schema, "DELETE FROM broadcast_task");
        String name = "app-" + APPS.incrementAndGet();
        app = new BroadcastFixture(saver, name);
        atOther = new BroadcastFixture(other, name);
        app.centers = List.of("c1");
    }

    @Test
    void answersALongPollWithinAChangeThatAnotherSaverMade() {
        BroadcastListing nothing = app.listing();
        assertThat(nothing.getVersion()).isPositive();
        CompletableFuture<BroadcastsResponse> poll = app.ask(nothing.getVersion(), 20_000);
        atOther.centers = List.of("c1");
        atOther.put("one");
        assertThat(poll).isNotDone();

        atOther.tick("c1");

        await().until(poll::isDone);
        BroadcastListing changed = get(poll).getListings(0);
        assertThat(changed.getVersion()).isGreaterThan(nothing.getVersion());
        assertThat(changed.getBroadcasts(0).getSpec().getPayload().toStringUtf8())
                .isEqualTo("one");
        assertThat(changed.getNewestBseq()).isEqualTo(changed.getBroadcasts(0).getBseq());
        assertThat(get(app.ask(changed.getVersion(), 50)).getListingsCount()).isZero();
    }

    @Test
    void dropsWhatWasCancelledOrHasExpiredAndKeepsWhatHasFinished() {
        ByteString cancelled = app.put(app.spec("cancelled").setParallel(true));
        ByteString finished = app.put(app.spec("finished").setParallel(true));
        app.put(app.spec("expired").setParallel(true).setTtlMs(1000));
        ByteString waiting = app.put(app.spec("waiting").setSendAtMs(System.currentTimeMillis() + 60_000));
        List<Task> tasks = app.tick("c1");
        app.finish(
                "c1",
                tasks.stream()
                        .filter(task -> task.getKey().getBroadcast().equals(finished))
                        .toList());
        app.change(cancelled, BroadcastChange.BROADCAST_CHANGE_CANCEL);
        app.change(waiting, BroadcastChange.BROADCAST_CHANGE_PAUSE);

        await().untilAsserted(() -> {
            app.tick("c1");
            assertThat(app.listing().getBroadcastsList())
                    .extracting(one -> one.getSpec().getPayload().toStringUtf8(), Broadcast::getState)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("finished", BroadcastState.BROADCAST_STATE_FINISHED));
        });
        assertThat(app.listing().getNewestBseq())
                .as("also of those that are over")
                .isGreaterThan(app.listing().getBroadcasts(0).getBseq());

        assertThat(app.change(finished, BroadcastChange.BROADCAST_CHANGE_CANCEL).getChanged())
                .isTrue();
        await().untilAsserted(
                        () -> assertThat(app.listing().getBroadcastsList()).isEmpty());
    }

    @Test
    void answersTenThousandQuestionsFromMemory() {
        for (int i = 0; i < 20; i++) {
            app.put("broadcast " + i);
            app.finish("c1", app.tick("c1"));
        }
        long before = other.saver.listings().reads();
        List<CompletableFuture<BroadcastsResponse>> questions = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            questions.add(atOther.ask(0, 1000));
        }

        assertThat(questions).allMatch(question -> get(question).getListings(0).getBroadcastsCount() == 20);
        assertThat(other.saver.listings().reads() - before).isBetween(1L, 10L);
    }

    @Test
    void keepsTheNewestWhereThereAreTooMany() {
        for (int i = 0; i < LISTED_MAX + 2; i++) {
            app.put("broadcast " + i);
            app.finish("c1", app.tick("c1"));
        }

        List<Broadcast> listed = app.listing().getBroadcastsList();

        assertThat(listed).hasSize(LISTED_MAX);
        assertThat(listed.getLast().getSpec().getPayload().toStringUtf8()).isEqualTo("broadcast " + (LISTED_MAX + 1));
        assertThat(listed).isSortedAccordingTo(java.util.Comparator.comparingLong(Broadcast::getBseq));
    }

    @Test
    void keepsTheNewestWhereTheyHaveTooManyBytes() {
        for (int i = 0; i < 4; i++) {
            app.put(app.spec(Integer.toString(i).repeat(30 << 10)));
            app.finish("c1", app.tick("c1"));
        }

        assertThat(app.listing().getBroadcastsList())
                .extracting(one -> one.getSpec().getPayload().toStringUtf8().substring(0, 1))
                .containsExactly("2", "3");
    }

    @Test
    void refusesWhatIsTooMuch() {
        for (int i = 0; i < WAITING_MAX; i++) {
            app.put("waits");
        }
        assertThat(app.putting(app.spec("one more")).getError()).contains("25 broadcasts");
        assertThat(app.putting(app.spec("x".repeat(65 << 10))).getError()).contains("bytes");
        assertThat(app.putting(app.spec("no time").setTtlMs(0)).getError()).contains("ttl_ms");
    }

    @Test
    void dropsTheOldestExpiredOneForOneMore() {
        ByteString first = app.put("0");
        app.finish("c1", app.tick("c1"));
        for (int i = 1; i < KEPT_MAX; i++) {
            app.put(Integer.toString(i));
            app.finish("c1", app.tick("c1"));
        }
        assertThat(app.putting(app.spec("one more")).getError()).contains("none of them expired");

        app.change(first, BroadcastChange.BROADCAST_CHANGE_CANCEL);
        app.tick("c1");
        app.put("one more");

        assertThat(app.of(first).hasSpec()).isFalse();
    }
}

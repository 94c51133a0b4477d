package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.contract.Ban;
import io.carillon.contract.BanEntry;
import io.carillon.contract.BanLiftRequest;
import io.carillon.contract.BanPutRequest;
import io.carillon.contract.BanPutResponse;
import io.carillon.contract.BansRequest;
import io.carillon.contract.BansResponse;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcException;
import io.carillon.saver.ban.Bans;
import io.carillon.saver.mysql.Database;
import io.carillon.saver.mysql.DatabaseWork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who is banned, as rooms learn of it. */
class BansIT {
    private static TestRedis redis;
    private static String schema;
    private static SaverFixture saver;
    private static SaverFixture other;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        SaverConfig config = SaverFixture.config(redis.uri(), TestMySql.shared().url(schema));
        saver = new SaverFixture(config);
        other = new SaverFixture(config);
    }

    @AfterAll
    static void stop() {
        saver.close();
        other.close();
        redis.close();
    }

    @Test
    void tellsAllToWhoBeginsAndThenOnlyWhatChanged() {
        long until = put(saver, "first", 60_000, "rude").getUntilMs(0);
        assertThat(until).isCloseTo(System.currentTimeMillis() + 60_000, Offset.offset(50_000L));

        BansResponse all = ask(saver, 0, 0);
        assertThat(all.getReset()).isTrue();
        assertThat(all.getMore()).isFalse();
        assertThat(all.getNowMs()).isCloseTo(System.currentTimeMillis(), Offset.offset(50_000L));
        assertThat(all.getBansList())
                .contains(Ban.newBuilder()
                        .setUser(user("first"))
                        .setUntilMs(until)
                        .setReason("rude")
                        .build());

        put(saver, "second", 60_000, "");
        assertThat(lift(saver, "first")).isTrue();
        BansResponse changes = ask(saver, all.getVersion(), all.getBaseVersion());
        assertThat(changes.getReset()).isFalse();
        assertThat(names(changes)).containsExactly("second", "first");
        assertThat(changes.getBans(1).getUntilMs()).as("lifted").isZero();
        assertThat(names(ask(saver, 0, 0))).contains("second").doesNotContain("first");
    }

    @Test
    void anAskerThatWaitsHearsOfAnotherSaversChange() {
        BansResponse known = ask(saver, 0, 0);
        CompletableFuture<BansResponse> waiting = poll(saver, known, 20_000);
        CompletableFuture<BansResponse> secondWaiter = poll(other, known, 20_000);

        put(other, "waited-for", 60_000, "spam");

        // At the end of its wait an asker is told of nothing.
        assertThat(names(get(waiting))).containsExactly("waited-for");
        assertThat(names(get(secondWaiter))).containsExactly("waited-for");
    }

    /** Of many bans most, since the machine may be busy: an interval anywhere on the way would delay each of them. */
    @Test
    void whoWaitsHearsOfABanWithinASecondOfItsAnswerWhicheverSaverTookIt() {
        List<Long> delaysMs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String name = "prompt-" + i;
            BansResponse known = whole();
            List<CompletableFuture<Long>> heard = Stream.of(saver, other)
                    .map(at -> poll(at, known, 20_000).thenApply(answer -> {
                        long heardNs = System.nanoTime();
                        assertThat(names(answer)).containsExactly(name);
                        return heardNs;
                    }))
                    .toList();

            put(i % 2 == 0 ? saver : other, name, 60_000, "");

            long answeredNs = System.nanoTime();
            heard.forEach(at -> delaysMs.add(TimeUnit.NANOSECONDS.toMillis(get(at) - answeredNs)));
        }
        assertThat(delaysMs.stream().filter(delayMs -> delayMs <= 1_000).count())
                .as("within a second, of %s", delaysMs)
                .isGreaterThan(delaysMs.size() / 2);
    }

    /** What an asker knows that has read all pages. */
    private static BansResponse whole() {
        BansResponse page = ask(saver, 0, 0);
        while (page.getMore()) {
            page = ask(saver, page.getVersion(), page.getBaseVersion());
        }
        return page;
    }

    @Test
    void answersAnAskerThatHasAllAtTheEndOfItsWait() {
        BansResponse known = ask(saver, 0, 0);

        BansResponse answer = get(poll(saver, known, 100));

        assertThat(answer.getVersion()).isEqualTo(known.getVersion());
        assertThat(answer.getBansList()).isEmpty();
    }

    @Test
    void handsALongListOutInPagesThatMissNothingThatChangesMeanwhile() {
        List<BanEntry> entries = IntStream.range(0, 2_000)
                .mapToObj(i -> entry("paged-" + i, 60_000, "many"))
                .toList();
        for (int i = 0; i < 2; i++) {
            assertThat(get(saver.saver
                                    .bans()
                                    .put(BanPutRequest.newBuilder()
                                            .addAllEntries(entries)
                                            .build()))
                            .getUntilMsCount())
                    .isEqualTo(2_000);
        }
        put(saver, "paged-last", 60_000, "");
        BansResponse page = ask(saver, 0, 0);
        assertThat(page.getMore()).isTrue();
        assertThat(page.getBansCount()).isEqualTo(2_000);
        lift(saver, "paged-1");

        List<Ban> rest = new ArrayList<>();
        int pages = 1;
        while (page.getMore()) {
            page = ask(saver, page.getVersion(), page.getBaseVersion());
            assertThat(page.getReset()).isFalse();
            rest.addAll(page.getBansList());
            pages++;
        }

        assertThat(pages).isLessThan(5);
        assertThat(rest)
                .filteredOn(ban -> ban.getUser().getUser().equals("paged-1"))
                .singleElement()
                .matches(ban -> ban.getUntilMs() == 0);
        assertThat(rest).anyMatch(ban -> ban.getUser().getUser().equals("paged-last"));
    }

    @Test
    void leavesOutWhatIsOverAndKeepsNoBanThatWasShortened() {
        put(saver, "short", 3_600_000, "");
        put(saver, "short", 1, "");

        await().untilAsserted(() -> assertThat(names(ask(saver, 0, 0))).doesNotContain("short"));
        assertThat(lift(saver, "short")).isFalse();
    }

    @Test
    void letsWhoAskedTooLongAgoBeginAnewOnceAChangeWasForgotten() {
        BansResponse old = ask(saver, 0, 0);
        put(saver, "forgotten", 60_000, "");
        BansResponse newer = ask(saver, old.getVersion(), old.getBaseVersion());
        lift(saver, "forgotten");
        TestMySql.shared().execute(schema, "UPDATE ban SET forget_at_ms = 1 WHERE user = 'forgotten'");

        saver.saver.bans().forget().join();

        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM ban WHERE user = 'forgotten'"))
                .isZero();
        BansResponse anew = ask(saver, newer.getVersion(), newer.getBaseVersion());
        assertThat(anew.getReset()).isTrue();
        BansResponse after = ask(saver, anew.getVersion(), anew.getBaseVersion());
        assertThat(after.getReset()).isFalse();
        assertThat(after.getBansList()).isEmpty();
    }

    @Test
    void refusesMoreThanItKeepsUntilSomeAreForgotten() {
        String small = TestMySql.shared().newSchema();
        try (Database database =
                        Database.open(SaverFixture.mysql(TestMySql.shared().url(small)));
                DatabaseWork work = new DatabaseWork(database);
                Bans bans = new Bans(work, saver.scheduler, 3)) {
            BanPutRequest two = BanPutRequest.newBuilder()
                    .addEntries(entry("a", 60_000, ""))
                    .addEntries(entry("b", 60_000, ""))
                    .build();
            BanPutRequest another = BanPutRequest.newBuilder()
                    .addEntries(entry("c", 60_000, ""))
                    .addEntries(entry("d", 60_000, ""))
                    .build();
            assertThat(get(bans.put(two)).getError()).isEmpty();
            assertThat(get(bans.put(another)).getError()).contains("at most 3");
            assertThat(get(bans.bans(BansRequest.getDefaultInstance())).getBansCount())
                    .isEqualTo(2);

            TestMySql.shared().execute(small, "UPDATE ban SET forget_at_ms = 1");
            bans.forget().join();

            assertThat(get(bans.put(another)).getError()).isEmpty();
        }
    }

    @Test
    void refusesWhatIsNoBan() {
        assertThatThrownBy(() -> put(saver, "x", 0, "")).hasRootCauseInstanceOf(RpcException.class);
        assertThatThrownBy(() -> put(saver, "", 1, "")).hasRootCauseInstanceOf(RpcException.class);
        assertThatThrownBy(() -> put(saver, "x", 1, "r".repeat(201))).hasRootCauseInstanceOf(RpcException.class);
    }

    private static UserKey user(String name) {
        return UserKey.newBuilder().setApp("shop").setUser(name).build();
    }

    private static BanEntry entry(String name, long banMs, String reason) {
        return BanEntry.newBuilder()
                .setUser(user(name))
                .setBanMs(banMs)
                .setReason(reason)
                .build();
    }

    private static BanPutResponse put(SaverFixture at, String name, long banMs, String reason) {
        return get(at.saver
                .bans()
                .put(BanPutRequest.newBuilder()
                        .addEntries(entry(name, banMs, reason))
                        .build()));
    }

    private static boolean lift(SaverFixture at, String name) {
        return get(at.saver
                        .bans()
                        .lift(BanLiftRequest.newBuilder().setUser(user(name)).build()))
                .getLifted();
    }

    private static BansResponse ask(SaverFixture at, long after, long base) {
        return get(at.saver
                .bans()
                .bans(BansRequest.newBuilder()
                        .setAfterVersion(after)
                        .setBaseVersion(base)
                        .build()));
    }

    private static CompletableFuture<BansResponse> poll(SaverFixture at, BansResponse known, long waitMs) {
        return at.saver
                .bans()
                .bans(BansRequest.newBuilder()
                        .setAfterVersion(known.getVersion())
                        .setBaseVersion(known.getBaseVersion())
                        .setWaitMs(waitMs)
                        .build());
    }

    private static List<String> names(BansResponse response) {
        return response.getBansList().stream()
                .map(ban -> ban.getUser().getUser())
                .toList();
    }
}

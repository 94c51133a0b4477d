package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.contract.App;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.LabelKind;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.NodeRef;
import io.carillon.contract.PresenceChange;
import io.carillon.contract.PresenceEvent;
import io.carillon.contract.PresencePutRequest;
import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceReportedResponse;
import io.carillon.contract.PresenceRow;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UserKey;
import io.carillon.contract.Webhooks;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.uplink.UplinkConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was last reported of users, and the events that follow. */
class PresenceIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static TestRedis redis;
    private static String schema;
    private static final int WAITING_MAX = 3;

    private static SaverFixture saver;

    @BeforeAll
    static void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        saver = new SaverFixture(new SaverConfig(
                SaverFixture.redis(false, redis.uri()),
                SaverFixture.mysql(TestMySql.shared().url(schema)),
                SaverFixture.limits(500, 8),
                SaverFixture.ledger(),
                SaverFixture.deadLetters(1_000),
                SaverFixture.broadcasts(),
                SaverFixture.schedule(),
                new UplinkConfig(WAITING_MAX, Duration.ofDays(5))));
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
    }

    @BeforeEach
    void empty() {
        TestMySql.shared().execute(schema, "DELETE FROM uplink");
        TestMySql.shared().execute(schema, "DELETE FROM presence");
        TestMySql.shared().execute(schema, "DELETE FROM label");
        wantPresenceOf();
    }

    @Test
    void queuesAnEventOnceForEachChangeOfState() {
        put(change("ann", true, 10));
        put(change("ann", true, 10));
        put(change("ann", true, 12));
        put(change("ann", false, 20), change("ann", true, 30));

        assertThat(events()).containsExactly("ann online 10", "ann offline 20", "ann online 30");
    }

    @Test
    void refusesWhatIsNotNewerAndSaysWhatStands() {
        put(change("ann", true, 10));
        put(change("ann", true, 15));

        PresenceRow refused = put(change("ann", false, 12)).getFirst();

        assertThat(refused.getOnline()).isTrue();
        assertThat(refused.getVersion())
                .as("a newer login of one who is online counts")
                .isEqualTo(15);
        assertThat(events()).containsExactly("ann online 10");
    }

    @Test
    void saysNothingOfOneWhoGoesAndNeverCame() {
        assertThat(put(change("nobody", false, 10)).getFirst().getOnline()).isFalse();

        assertThat(events()).isEmpty();
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM presence"))
                .isZero();
    }

    @Test
    void takesABatchWithAnImpossibleUser() {
        List<PresenceRow> rows = put(change("u".repeat(65), true, 1), change("bob", true, 2));

        assertThat(rows).extracting(PresenceRow::getOnline).containsExactly(true, true);
        assertThat(events()).containsExactly("bob online 2");
    }

    @Test
    void queuesEachEventOnceThoughManyTellOfIt() {
        List<CompletableFuture<?>> calls = new ArrayList<>();
        PresenceChange[] changes =
                IntStream.range(0, 200).mapToObj(i -> change("u" + i, true, 10)).toArray(PresenceChange[]::new);
        for (int i = 0; i < 6; i++) {
            calls.add(saver.saver.presence().put(request(changes)).exceptionally(failure -> null));
        }
        calls.forEach(SaverFixture::get);
        put(changes);

        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM uplink"))
                .isEqualTo(200);
    }

    @Test
    void pagesThroughWhoIsOnlineInBuckets() {
        List<String> online = new ArrayList<>();
        List<Integer> buckets = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            put(change("p" + i, true, 10));
            if (i % 3 == 0) {
                put(change("p" + i, false, 11));
            } else {
                online.add("p" + i);
            }
            buckets.add(Buckets.of("shop", "p" + i));
        }
        List<String> found = new ArrayList<>();
        PresenceReportedRequest request = PresenceReportedRequest.newBuilder()
                .addAllBuckets(buckets)
                .setLimit(7)
                .build();
        boolean more = true;
        while (more) {
            PresenceReportedResponse page = get(saver.saver.presence().reported(request));
            page.getRowsList().forEach(row -> found.add(row.getUser()));
            PresenceRow last = page.getRows(page.getRowsCount() - 1);
            request = request.toBuilder()
                    .setAfterBucket(Buckets.of(last.getApp(), last.getUser()))
                    .setAfterApp(last.getApp())
                    .setAfterUser(last.getUser())
                    .build();
            more = page.getMore();
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(online);
    }

    @Test
    void aUsersPresenceIsTakenThoughAnUplinkOfHisWaits() {
        get(saver.saver
                .uplinks()
                .put(UplinkPutRequest.newBuilder()
                        .addEntries(UplinkEntry.newBuilder()
                                .setApp("shop")
                                .setUser("ann")
                                .setClientId("c"))
                        .build()));
        StoredUplink uplink = take("c1", 1).getFirst();
        get(saver.saver
                .uplinks()
                .settle(UplinkSettleRequest.newBuilder()
                        .addSettlements(UplinkSettlement.newBuilder()
                                .setId(uplink.getId())
                                .setFate(UplinkFate.UPLINK_FATE_RETRY)
                                .setRetryAfterMs(60_000))
                        .build()));

        put(change("ann", true, 10));

        assertThat(events()).containsExactly("ann online 10");
    }

    @Test
    void theNextLifeOfACoordinatorTakesAtOnceWhatTheDeadOneHad() {
        put(change("ann", true, 10));
        put(change("ann", false, 11));
        assertThat(take("c1", 1)).hasSize(2);
        assertThat(take("c1", 1)).as("its own").isEmpty();
        assertThat(take("c2", 1)).as("another's").isEmpty();

        assertThat(take("c1", 2))
                .extracting(event -> event.getEntry().getPresence().getVersion())
                .containsExactly(10L, 11L);
    }

    @Test
    void tellsOfTheComingOfUsersWithATagAloneAndOfTheirGoing() {
        wantPresenceOf("vip");
        tag("ann", "vip", "other");
        tag("bob", "other");
        put(change("ann", true, 10), change("bob", true, 10), change("cid", true, 10));
        put(change("ann", false, 20), change("bob", false, 20), change("cid", false, 20));
        put(change("bob", true, 30));

        assertThat(events()).containsExactlyInAnyOrder("ann online 10", "ann offline 20");
    }

    @Test
    void tellsOfOneWhoGetsATagWhileOnlineAndOfTheGoingOfOneWhoLosesIt() {
        wantPresenceOf("vip", "staff");
        put(change("ann", true, 10), change("ann", true, 15));
        assertThat(told()).isEmpty();

        tag("ann", "staff");
        assertThat(told()).containsExactly("ann online 15");

        tag("ann", "other");
        tag("ann", "vip");
        tag("ann");
        assertThat(told()).as("known to be online all the while").isEmpty();

        put(change("ann", false, 20));
        put(change("ann", true, 30));
        assertThat(told()).as("one who has no tag by now").containsExactly("ann offline 20");
    }

    @Test
    void tellsNothingOfOneWhoGetsATagWhileOffline() {
        wantPresenceOf("vip");
        put(change("ann", true, 10), change("ann", false, 11));
        tag("ann", "vip");
        tag("never-seen", "vip");

        assertThat(told()).isEmpty();
        put(change("never-seen", true, 5));
        assertThat(told()).containsExactly("never-seen online 5");
    }

    @Test
    void tellsWhoIsMeantOnceTheAppWantsOtherUsersOrAll() {
        wantPresenceOf("vip");
        PresenceChange[] changes =
                IntStream.range(0, 700).mapToObj(i -> change("u" + i, true, 10)).toArray(PresenceChange[]::new);
        put(changes);
        tag("u1", "staff");
        tag("u2", "vip");
        assertThat(told()).containsExactly("u2 online 10");

        wantPresenceOf("staff");
        List<String> all = new ArrayList<>();
        await().atMost(LIMIT).untilAsserted(() -> {
            all.addAll(told());
            assertThat(all).containsExactly("u1 online 10");
        });
        wantPresenceOf();
        await().atMost(LIMIT).untilAsserted(() -> {
            all.addAll(told());
            assertThat(all).hasSize(699).doesNotHaveDuplicates().doesNotContain("u2 online 10");
        });
    }

    /** Whichever of the two comes first: one sees the other's. */
    @Test
    void missesNobodyWhoComesAndGetsATagAtTheSameTime() {
        wantPresenceOf("vip");
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(saver.saver.presence().put(request(change("u" + i, true, 10))));
            calls.add(saver.saver.labels().change(tags("u" + i, "vip")));
        }
        calls.forEach(SaverFixture::get);

        assertThat(events()).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void tellsOfAllTheTagsOfABatchOfManyUsers() {
        wantPresenceOf("vip");
        for (int i = 0; i < 20; i++) {
            tag("u" + i, i % 2 == 0 ? "vip" : "other");
        }
        put(IntStream.range(0, 20).mapToObj(i -> change("u" + i, true, 10)).toArray(PresenceChange[]::new));

        assertThat(events())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 10)
                        .mapToObj(i -> "u" + 2 * i + " online 10")
                        .toList());
    }

    private static void wantPresenceOf(String... tags) {
        App app = App.newBuilder()
                .setId("shop")
                .setWebhooks(Webhooks.newBuilder()
                        .setPresenceUrl("https://a.example/p")
                        .addAllPresenceTagsAny(Arrays.asList(tags)))
                .build();
        long version = get(saver.saver
                        .settings()
                        .put(AppPutRequest.newBuilder().setApp(app).build()))
                .getVersion();
        await().atMost(LIMIT).until(() -> {
            App held = saver.saver.settings().app("shop");
            return held != null && held.getVersion() == version;
        });
    }

    private static LabelsChangeRequest tags(String user, String... tags) {
        return LabelsChangeRequest.newBuilder()
                .setUser(UserKey.newBuilder().setApp("shop").setUser(user))
                .setKind(LabelKind.LABEL_KIND_TAG)
                .setReplace(true)
                .addAllAdd(Arrays.asList(tags))
                .build();
    }

    private static void tag(String user, String... tags) {
        assertThat(get(saver.saver.labels().change(tags(user, tags))).getError())
                .isEmpty();
    }

    @Test
    void ofWhatWaitsForLongTheNewestOfEachUserStays() {
        put(change("ann", true, 10), change("ann", false, 20), change("ann", true, 30));
        put(change("bob", true, 11));
        put(change("cid", true, 12), change("cid", false, 22));
        twoMinutesPass();
        put(change("bob", false, 21));
        long before = saver.saver.presenceSuperseded();

        await().atMost(LIMIT).untilAsserted(() -> {
            saver.saver.housekeeping().keep();
            assertThat(saver.saver.presenceSuperseded() - before).isEqualTo(4);
        });
        assertThat(events()).containsExactly("ann online 30", "cid offline 22", "bob offline 21");
    }

    @Test
    void eachStateIsToldHoweverLateWhileFewWait() throws Exception {
        put(change("ann", true, 10), change("ann", false, 20));
        twoMinutesPass();

        saver.saver.housekeeping().keep();

        assertThat(events()).containsExactly("ann online 10", "ann offline 20");
    }

    @Test
    void aWorkingEndpointIsToldOfEachState() throws Exception {
        put(change("ann", true, 10), change("ann", false, 20), change("ann", true, 30));

        saver.saver.housekeeping().keep();

        assertThat(events()).containsExactly("ann online 10", "ann offline 20", "ann online 30");
    }

    @Test
    void whatACoordinatorHasInHandIsNotDroppedBehindANewerOne() throws Exception {
        put(change("ann", true, 10));
        assertThat(take("c1", 1)).hasSize(1);
        put(change("ann", false, 20), change("bob", true, 10), change("bob", false, 20));
        twoMinutesPass();

        await().atMost(LIMIT).untilAsserted(() -> {
            saver.saver.housekeeping().keep();
            assertThat(waiting()).as("bob's first went").isEqualTo(3);
        });
    }

    @Test
    void dropsOfUplinksNothing() throws Exception {
        UplinkEntry uplink =
                UplinkEntry.newBuilder().setApp("shop").setUser("ann").build();
        for (int i = 0; i < 2; i++) {
            get(saver.saver
                    .uplinks()
                    .put(UplinkPutRequest.newBuilder().addEntries(uplink).build()));
        }
        put(change("ann", true, 10), change("ann", false, 20), change("ann", true, 30));
        twoMinutesPass();

        await().atMost(LIMIT).untilAsserted(() -> {
            saver.saver.housekeeping().keep();
            assertThat(waiting()).as("two uplinks and the newest state").isEqualTo(3);
        });
    }

    @Test
    void walksOverAsManyAsThereAre() {
        int users = 2_100;
        for (long version = 10; version <= 20; version += 10) {
            for (int from = 0; from < users; from += 300) {
                boolean online = version == 10;
                long at = version;
                put(IntStream.range(from, from + 300)
                        .mapToObj(i -> change("user-" + i, online, at))
                        .toArray(PresenceChange[]::new));
            }
        }
        assertThat(waiting()).isEqualTo(2L * users);
        twoMinutesPass();

        await().atMost(LIMIT).untilAsserted(() -> {
            saver.saver.housekeeping().keep();
            assertThat(waiting()).isEqualTo(users);
        });
    }

    private static void twoMinutesPass() {
        TestMySql.shared().execute(schema, "UPDATE uplink SET put_at_ms = put_at_ms - 120000");
    }

    private static long waiting() {
        return TestMySql.shared().count(schema, "SELECT COUNT(*) FROM uplink");
    }

    private static PresenceChange change(String user, boolean online, long version) {
        return PresenceChange.newBuilder()
                .setApp("shop")
                .setUser(user)
                .setEvent(PresenceEvent.newBuilder()
                        .setOnline(online)
                        .setVersion(version)
                        .setAtMs(1)
                        .setRoom("room-1"))
                .build();
    }

    private static PresencePutRequest request(PresenceChange... changes) {
        return PresencePutRequest.newBuilder()
                .addAllChanges(Arrays.asList(changes))
                .build();
    }

    private static List<PresenceRow> put(PresenceChange... changes) {
        return get(saver.saver.presence().put(request(changes))).getRowsList();
    }

    private static List<StoredUplink> take(String coordinator, long life) {
        return get(saver.saver
                        .uplinks()
                        .take(UplinkTakeRequest.newBuilder()
                                .setCoordinator(NodeRef.newBuilder()
                                        .setName(coordinator)
                                        .setIncarnation(life))
                                .setMax(1000)
                                .setLeaseMs(60_000)
                                .build()))
                .getUplinksList();
    }

    /** Takes what is there, and delivers it. */
    private static List<String> told() {
        List<StoredUplink> taken = take("reader", 1);
        get(saver.saver
                .uplinks()
                .settle(UplinkSettleRequest.newBuilder()
                        .addAllSettlements(taken.stream()
                                .map(event -> UplinkSettlement.newBuilder()
                                        .setId(event.getId())
                                        .setFate(UplinkFate.UPLINK_FATE_DELIVERED)
                                        .build())
                                .toList())
                        .build()));
        return steps(taken);
    }

    private static List<String> events() {
        return steps(take("reader", 1));
    }

    private static List<String> steps(List<StoredUplink> events) {
        return events.stream()
                .map(StoredUplink::getEntry)
                .map(entry -> entry.getUser()
                        + (entry.getPresence().getOnline() ? " online " : " offline ")
                        + entry.getPresence().getVersion())
                .toList();
    }
}

package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.contract.DeadLettersRequest;
import io.carillon.contract.LaneLimit;
import io.carillon.contract.NodeRef;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResult;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import io.carillon.saver.uplink.UplinkConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits for one endpoint takes nothing from what waits for another. */
class LanesIT {
    private static final int WAITING_MAX = 40;
    private static TestRedis redis;
    private static String schema;
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
        TestMySql.shared().execute(schema, "DELETE FROM dead_letter");
    }

    @Test
    void takesOfEachLaneItsPart() {
        for (int i = 0; i < 30; i++) {
            put("user-" + i, 1);
        }
        put("late", 2);

        List<StoredUplink> taken = take(request("c1", 10).setLaneMax(5)).getUplinksList();

        assertThat(taken).filteredOn(of(1)).hasSize(5);
        assertThat(taken).filteredOn(of(2)).hasSize(1);
    }

    @Test
    void takesNothingOfALaneThatIsClosed() {
        put("ann", 1);
        put("ann", 2);
        long closed = take(request("c1", 10)).getUplinksList().stream()
                .filter(of(1))
                .findFirst()
                .orElseThrow()
                .getLane();
        put("bob", 1);
        put("bob", 2);

        assertThat(take(request("c1", 10).addLimits(LaneLimit.newBuilder().setLane(closed)))
                        .getUplinksList())
                .filteredOn(of(1))
                .isEmpty();
        assertThat(take(request("c1", 10)).getUplinksList())
                .filteredOn(of(1))
                .extracting(uplink -> uplink.getEntry().getUser())
                .containsExactly("bob");
    }

    @Test
    void goesFromLaneToLaneOverSeveralTakes() {
        for (int endpoint = 1; endpoint <= 100; endpoint++) {
            put("ann", endpoint);
        }

        UplinkTakeResponse first = take(request("c1", 1_000));
        UplinkTakeResponse second = take(request("c1", 1_000).setAfterLane(first.getLastLane()));

        assertThat(first.getMore()).isTrue();
        assertThat(second.getMore()).isFalse();
        assertThat(first.getUplinksCount() + second.getUplinksCount()).isEqualTo(100);
    }

    @Test
    void aUsersUplinkWaitsForNoneThatIsForAnotherEndpoint() {
        put("ann", 1);
        assertThat(take(request("c1", 10)).getUplinksCount()).isEqualTo(1);
        put("ann", 1);
        put("ann", 2);

        assertThat(take(request("c2", 10)).getUplinksList())
                .as("the other one for the first endpoint waits for what c1 has in hand")
                .singleElement()
                .matches(of(2));
    }

    @Test
    void refusesMoreThanMayWaitForOneEndpoint() {
        for (int i = 0; i < WAITING_MAX; i++) {
            put("user-" + i, 1_007);
        }

        await().until(() -> !offer("more", 1_007).getStored());
        assertThat(offer("more", 1_007).getError()).contains("too many uplinks wait for the endpoint");
        assertThat(offer("more", 1_008).getStored()).isTrue();
    }

    @Test
    void confirmsARepeatOfWhatIsStoredThoughNoMoreMayWait() {
        UplinkEntry named = entry("ann", 1_009).toBuilder().setClientId("a-1").build();
        assertThat(offer(named).getStored()).isTrue();
        for (int i = 1; i < WAITING_MAX; i++) {
            put("user-" + i, 1_009);
        }
        await().until(() -> !offer("more", 1_009).getStored());

        assertThat(offer(named).getDuplicate()).isTrue();
    }

    @Test
    void whatWaitsForTooLongIsADeadLetterHoweverOftenItWasTried() {
        put("old", 1);
        TestMySql.shared().execute(schema, "UPDATE uplink SET put_at_ms = 1");
        put("young", 1);

        await().untilAsserted(() -> {
            saver.saver.housekeeping().keep();
            assertThat(get(saver.saver
                                    .deadLetters()
                                    .list(DeadLettersRequest.newBuilder()
                                            .setApp("shop")
                                            .setLimit(10)
                                            .build()))
                            .getLettersList())
                    .singleElement()
                    .satisfies(letter -> {
                        assertThat(letter.getEntry().getUser()).isEqualTo("old");
                        assertThat(letter.getAttempts()).isZero();
                        assertThat(letter.getError()).contains("5d");
                    });
        });
        assertThat(take(request("c1", 10)).getUplinksList())
                .extracting(uplink -> uplink.getEntry().getUser())
                .containsExactly("young");
    }

    private static java.util.function.Predicate<StoredUplink> of(long endpoint) {
        return uplink -> uplink.getEntry().getEndpoint() == endpoint;
    }

    private static void put(String user, long endpoint) {
        assertThat(offer(user, endpoint).getStored()).isTrue();
    }

    private static UplinkPutResult offer(String user, long endpoint) {
        return offer(entry(user, endpoint));
    }

    private static UplinkPutResult offer(UplinkEntry entry) {
        return get(saver.saver
                        .uplinks()
                        .put(UplinkPutRequest.newBuilder().addEntries(entry).build()))
                .getResults(0);
    }

    private static UplinkEntry entry(String user, long endpoint) {
        return UplinkEntry.newBuilder()
                .setApp("shop")
                .setUser(user)
                .setEndpoint(endpoint)
                .build();
    }

    private static UplinkTakeRequest.Builder request(String coordinator, int max) {
        return UplinkTakeRequest.newBuilder()
                .setCoordinator(NodeRef.newBuilder().setName(coordinator))
                .setMax(max)
                .setLeaseMs(60_000);
    }

    private static UplinkTakeResponse take(UplinkTakeRequest.Builder request) {
        return get(saver.saver.uplinks().take(request.build()));
    }
}

package io.carillon.saver;

import static io.carillon.saver.SaverFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.contract.DeadLetter;
import io.carillon.contract.DeadLettersReplayRequest;
import io.carillon.contract.DeadLettersRequest;
import io.carillon.contract.DeadLettersResponse;
import io.carillon.contract.NodeRef;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeRequest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of uplinks that no endpoint took. */
class DeadLettersIT {
    private static final int PER_APP_MAX = 450;

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
                SaverFixture.deadLetters(PER_APP_MAX),
                SaverFixture.broadcasts(),
                SaverFixture.schedule(),
                SaverFixture.uplinks()));
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
    void listsAnAppsDeadLettersInPagesWithWhatWasSaidOfThem() {
        put("shop", "ann", 3);
        put("other", "ann", 1);
        settleAll(take(), UplinkFate.UPLINK_FATE_DEAD, "the endpoint answered 500");

        DeadLettersResponse first = list("shop", 2, 0);
        assertThat(first.getMore()).isTrue();
        DeadLettersResponse second =
                list("shop", 2, Long.parseLong(first.getLetters(1).getId()));
        assertThat(second.getMore()).isFalse();

        List<DeadLetter> letters = new ArrayList<>(first.getLettersList());
        letters.addAll(second.getLettersList());
        assertThat(letters)
                .extracting(letter -> letter.getEntry().getPayload().toStringUtf8())
                .containsExactly("0", "1", "2");
        assertThat(letters).allSatisfy(letter -> {
            assertThat(letter.getEntry().getUser()).isEqualTo("ann");
            assertThat(letter.getAttempts()).isEqualTo(1);
            assertThat(letter.getError()).isEqualTo("the endpoint answered 500");
            assertThat(letter.getDiedAtMs())
                    .isCloseTo(System.currentTimeMillis(), org.assertj.core.data.Offset.offset(60_000L));
        });
        assertThat(list("nobody", 10, 0).getLettersList()).isEmpty();
    }

    @Test
    void endsAPageThatGrowsTooLarge() {
        put(entry("shop", "ann", "x".repeat(700 << 10)), entry("shop", "ann", "y".repeat(700 << 10)));
        settleAll(take(), UplinkFate.UPLINK_FATE_DEAD, "");

        DeadLettersResponse page = list("shop", 10, 0);

        assertThat(page.getLettersCount()).isEqualTo(1);
        assertThat(page.getMore()).isTrue();
    }

    @Test
    void aDeadOneLetsTheUsersNextGo() {
        put("shop", "ann", 2);
        List<StoredUplink> taken = take();
        settleAll(taken.subList(0, 1), UplinkFate.UPLINK_FATE_DEAD, "");
        settleAll(taken.subList(1, 2), UplinkFate.UPLINK_FATE_RETURNED, "");

        assertThat(take()).containsExactly(taken.get(1));
    }

    @Test
    void replaysByIdUnderTheSameIdAsIfItHadNeverBeenTried() {
        put("shop", "ann", 3);
        List<StoredUplink> taken = take();
        settleAll(taken, UplinkFate.UPLINK_FATE_RETRY, "");
        settleAll(taken, UplinkFate.UPLINK_FATE_DEAD, "");
        String first = taken.get(0).getId();
        String last = taken.get(2).getId();

        assertThat(replay("shop", first, last, first, "999999999", "no id")).isEqualTo(2);

        assertThat(take()).containsExactly(taken.get(0), taken.get(2));
        assertThat(list("shop", 10, 0).getLettersList())
                .extracting(DeadLetter::getId)
                .containsExactly(taken.get(1).getId());
        assertThat(replay("shop", first)).as("a repetition").isZero();
    }

    @Test
    void leavesAnotherAppsAlone() {
        put("other", "ann", 1);
        List<StoredUplink> taken = take();
        settleAll(taken, UplinkFate.UPLINK_FATE_DEAD, "");

        assertThat(replay("shop", taken.getFirst().getId())).isZero();
        assertThat(replayAll("shop")).isZero();
        assertThat(list("other", 10, 0).getLettersCount()).isEqualTo(1);
    }

    @Test
    void replaysAllInSeveralTransactions() {
        put("shop", "ann", 401);
        settleAll(take(), UplinkFate.UPLINK_FATE_DEAD, "");

        assertThat(replayAll("shop")).isEqualTo(401);

        assertThat(list("shop", 10, 0).getLettersCount()).isZero();
        List<StoredUplink> again = take();
        assertThat(again)
                .extracting(uplink ->
                        Integer.parseInt(uplink.getEntry().getPayload().toStringUtf8()))
                .as("in the user's order")
                .isSorted()
                .hasSize(401);
    }

    @Test
    void dropsTheFirstReceivedBeyondTheBoundAndCountsThem() {
        long before = saver.saver.deadLetters().droppedTooMany();
        put("other", "ann", 1);
        put("shop", "ann", PER_APP_MAX + 7);

        settleAll(take(), UplinkFate.UPLINK_FATE_DEAD, "");

        assertThat(saver.saver.deadLetters().droppedTooMany() - before).isEqualTo(7);
        assertThat(list("shop", 1, 0).getLetters(0).getEntry().getPayload().toStringUtf8())
                .isEqualTo("7");
        assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM dead_letter"))
                .isEqualTo(PER_APP_MAX + 1);
    }

    @Test
    void dropsWhatDiedTooLongAgoAndCountsIt() throws SQLException {
        put("shop", "ann", 2);
        List<StoredUplink> taken = take();
        settleAll(taken, UplinkFate.UPLINK_FATE_DEAD, "");
        TestMySql.shared()
                .execute(
                        schema,
                        "UPDATE dead_letter SET died_at_ms = died_at_ms - 2592000000 - 60000 WHERE id = "
                                + taken.getFirst().getId());

        try (Connection connection =
                DriverManager.getConnection(TestMySql.shared().url(schema), "root", "")) {
            saver.saver.deadLetters().dropOld(connection);
        }

        assertThat(saver.saver.deadLetters().droppedTooOld()).isEqualTo(1);
        assertThat(list("shop", 10, 0).getLettersList())
                .extracting(DeadLetter::getId)
                .containsExactly(taken.get(1).getId());
    }

    @Test
    void forgetsADeadLetterThatWasDeliveredAfterAll() {
        put("shop", "ann", 1);
        List<StoredUplink> taken = take();
        settleAll(taken, UplinkFate.UPLINK_FATE_DEAD, "");

        settleAll(taken, UplinkFate.UPLINK_FATE_DELIVERED, "");

        assertThat(list("shop", 10, 0).getLettersCount()).isZero();
    }

    @Test
    void theMigrationReadsTheAppOutOfABody() {
        put("shop", "ann", 1);

        assertThat(TestMySql.shared()
                        .count(
                                schema,
                                "SELECT COUNT(*) FROM uplink"
                                        + " WHERE SUBSTRING(body, 3, ORD(SUBSTRING(body, 2, 1))) = 'shop'"))
                .isEqualTo(1);
    }

    private static void put(String app, String user, int count) {
        UplinkEntry[] entries = new UplinkEntry[count];
        for (int i = 0; i < count; i++) {
            entries[i] = entry(app, user, Integer.toString(i));
        }
        put(entries);
    }

    private static void put(UplinkEntry... entries) {
        assertThat(get(saver.saver
                                .uplinks()
                                .put(UplinkPutRequest.newBuilder()
                                        .addAllEntries(List.of(entries))
                                        .build()))
                        .getResultsList())
                .allMatch(result -> result.getStored());
    }

    private static UplinkEntry entry(String app, String user, String payload) {
        return UplinkEntry.newBuilder()
                .setApp(app)
                .setUser(user)
                .setPayload(ByteString.copyFromUtf8(payload))
                .build();
    }

    private static List<StoredUplink> take() {
        return get(saver.saver
                        .uplinks()
                        .take(UplinkTakeRequest.newBuilder()
                                .setCoordinator(NodeRef.newBuilder().setName("c1"))
                                .setMax(1000)
                                .setLeaseMs(60_000)
                                .build()))
                .getUplinksList();
    }

    private static void settleAll(List<StoredUplink> uplinks, UplinkFate fate, String error) {
        UplinkSettleRequest.Builder request = UplinkSettleRequest.newBuilder();
        uplinks.forEach(uplink -> request.addSettlements(UplinkSettlement.newBuilder()
                .setId(uplink.getId())
                .setFate(fate)
                .setError(error)));
        assertThat(get(saver.saver.uplinks().settle(request.build())).getSettledList())
                .allMatch(settled -> settled);
    }

    private static DeadLettersResponse list(String app, int limit, long afterId) {
        return get(saver.saver
                .deadLetters()
                .list(DeadLettersRequest.newBuilder()
                        .setApp(app)
                        .setLimit(limit)
                        .setAfterId(afterId)
                        .build()));
    }

    private static int replay(String app, String... ids) {
        return get(saver.saver
                        .deadLetters()
                        .replay(DeadLettersReplayRequest.newBuilder()
                                .setApp(app)
                                .addAllIds(List.of(ids))
                                .build()))
                .getReplayed();
    }

    private static int replayAll(String app) {
        return get(saver.saver
                        .deadLetters()
                        .replay(DeadLettersReplayRequest.newBuilder()
                                .setApp(app)
                                .setAll(true)
                                .build()))
                .getReplayed();
    }
}

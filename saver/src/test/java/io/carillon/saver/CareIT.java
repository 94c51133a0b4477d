package io.carillon.saver;

import static io.carillon.saver.SaverFixture.inRedis;
import static io.carillon.saver.SaverFixture.loading;
import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.Ack;
import io.carillon.contract.AckKind;
import io.carillon.contract.DueOutcome;
import io.carillon.contract.PutResult;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a saver does by itself: looks, write-behind, fates, parking, partitions. */
@Tag("slow")
class CareIT {
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
                SaverFixture.limits(500, 2),
                SaverFixture.ledger(),
                SaverFixture.deadLetters(10_000),
                SaverFixture.broadcasts(),
                SaverFixture.schedule(),
                SaverFixture.uplinks()));
    }

    @AfterAll
    static void stop() {
        saver.close();
        redis.close();
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }

    @Test
    void handsOverWhatIsNotAcknowledgedAfterASecondAndAgain() {
        saver.put(message("due", "hello"));

        soon().until(() -> saver.due.stream().filter("due"::equals).count() >= 2);
    }

    @Test
    void writesBehindWhatRedisModeStored() {
        assertThat(saver.put(inRedis("behind", "hello")).getInMysql()).isFalse();

        soon().until(() -> rows("behind") == 1);
    }

    @Test
    void forgetsAllThatIsOldHoweverMuchItIs() {
        TestMySql.shared()
                .execute(
                        schema, "INSERT INTO uplink_seen SELECT UNHEX(LPAD(HEX(seq), 32, '0')), 1 FROM seq_1_to_25000");

        soon().untilAsserted(() -> {
            saver.saver.housekeeping().keep();
            assertThat(TestMySql.shared().count(schema, "SELECT COUNT(*) FROM uplink_seen WHERE seen_at_ms = 1"))
                    .isZero();
        });
    }

    @Test
    void neverWritesWhatIsAcknowledgedWithinASecond() {
        String user;
        long startNs;
        int pairs = 0;
        do {
            // A pair that took longer, on a busy machine, is none of which this is promised.
            user = "quick-" + pairs++;
            startNs = System.nanoTime();
            saver.ack(user, saver.put(inRedis(user, "hello")).getSeq());
        } while (System.nanoTime() - startNs > 1_000_000_000L);
        saver.put(inRedis("marker", "hello"));

        soon().until(() -> rows("marker") == 1);
        assertThat(rows(user)).isZero();
    }

    @Test
    void deletesTheRowOfWhatWasAcknowledged() {
        PutResult result = saver.put(message("done", "hello"));
        assertThat(rows("done")).isEqualTo(1);

        saver.ack("done", result.getSeq());

        soon().until(() -> rows("done") == 0);
        assertThat(fates("done")).as("an ack is no drop").isZero();
    }

    @Test
    void writesDownWhyAMessageWasDropped() {
        saver.put(inRedis("why", "one").setCollapseKey("k"));
        PutResult second = saver.put(inRedis("why", "two").setCollapseKey("k"));
        saver.ack(
                "why",
                Ack.newBuilder()
                        .setSeq(second.getSeq())
                        .setKind(AckKind.ACK_KIND_REFUSED)
                        .setRefusedReason(7)
                        .build());

        soon().until(() -> fates("why") == 2);
        assertThat(TestMySql.shared().count(schema, "SELECT detail FROM fate WHERE user = 'why' AND reason = 6"))
                .isEqualTo(7);
    }

    @Test
    void lookWritesDownWhatExpired() {
        saver.put(message("expires", "hello").setTtlMs(1500));

        soon().until(() -> fates("expires") == 1);
        soon().until(() -> rows("expires") == 0);
        assertThat(redis.command(commands -> commands.keys("*u:shop\0expires"))).isEqualTo("[]");
    }

    @Test
    void restsUntilTheNextExpiryWhenAllIsInMySqlAndTheUserStaysOffline() {
        saver.outcome = DueOutcome.DUE_OUTCOME_OFFLINE;
        try {
            saver.put(message("offline", "hello").setTtlMs(600_000));
            int bucket = io.carillon.runtime.bucket.Buckets.of(SaverFixture.APP, "offline");

            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> Double.parseDouble(
                                    redis.command(commands -> commands.zscore("{b" + bucket + "}z", "shop\0offline")))
                            > System.currentTimeMillis() + 300_000);
        } finally {
            saver.outcome = DueOutcome.DUE_OUTCOME_HINTED;
        }
    }

    @Test
    void parksWhatIsNeverAnsweredAndOffersItOnceMoreAfterAnAck() {
        PutResult silent = saver.put(inRedis("parked", "poison"));

        soon().untilAsserted(() -> {
            saver.load(loading("parked").addUnanswered(silent.getSeq()));
            assertThat(fates("parked")).isEqualTo(1);
        });
        assertThat(texts(saver.load("parked"))).isEmpty();

        PutResult next = saver.put(inRedis("parked", "fine"));
        assertThat(texts(saver.load("parked"))).containsExactly("fine");
        saver.ack("parked", next.getSeq());
        assertThat(texts(saver.load("parked"))).containsExactly("poison");

        saver.load(loading("parked").addUnanswered(silent.getSeq()));
        assertThat(texts(saver.load("parked"))).as("parked again").isEmpty();
    }

    @Test
    void partitionsTheMessagesByTheDayOfExpiry() {
        soon().until(() -> TestMySql.shared()
                        .count(
                                "information_schema",
                                "SELECT COUNT(*) FROM partitions WHERE table_schema = '" + schema
                                        + "' AND table_name = 'message'")
                > 30);
        saver.put(message("partition", "hello"));
        assertThat(rows("partition")).isEqualTo(1);
    }

    private static long rows(String user) {
        return TestMySql.shared().count(schema, "SELECT COUNT(*) FROM message WHERE user = '" + user + "'");
    }

    private static long fates(String user) {
        return TestMySql.shared().count(schema, "SELECT COUNT(*) FROM fate WHERE user = '" + user + "'");
    }
}

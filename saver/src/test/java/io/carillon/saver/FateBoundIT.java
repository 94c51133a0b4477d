package io.carillon.saver;

import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.PutResult;
import io.carillon.runtime.bucket.Buckets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What piles up in Redis while MySQL is away, and what its bound costs. */
@Tag("slow")
class FateBoundIT {
    private static final int FATES_MAX = 20;
    private static final String USER = "busy";

    @Test
    void dropsTheOldestFatesAtTheBoundAndLosesNoMessage() {
        try (TestRedis redis = new TestRedis();
                TestMySql mysql = new TestMySql()) {
            String schema = mysql.newSchema();
            SaverConfig config = new SaverConfig(
                    SaverFixture.hasty(SaverFixture.redis(FATES_MAX, false, redis.uri())),
                    SaverFixture.mysql(
                            mysql.url(schema), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2)),
                    SaverFixture.limits(500, 8),
                    SaverFixture.ledger(),
                    SaverFixture.deadLetters(10_000),
                    SaverFixture.broadcasts(),
                    SaverFixture.schedule(),
                    SaverFixture.uplinks());
            try (SaverFixture saver = new SaverFixture(config)) {
                PutResult committed = saver.put(message(USER, "acknowledged while MySQL is away"));
                saver.put(message(USER, "pending"));
                assertThat(committed.getInMysql()).isTrue();
                mysql.stop();
                saver.ack(USER, committed.getSeq());

                for (int i = 0; i < FATES_MAX + 5; i++) {
                    saver.ack(USER, saver.put(message(USER, "m" + i)).getSeq());
                }

                assertThat(fates(redis)).isEqualTo(FATES_MAX);
                assertThat(saver.saver.fatesDropped()).isEqualTo(6);
                assertThat(texts(saver.load(USER))).containsExactly("pending");

                mysql.restart();
                soon(() -> assertThat(fates(redis)).isZero());
                assertThat(mysql.count(schema, "SELECT COUNT(*) FROM message"))
                        .as("the pending one's row, and the one that outlives its message")
                        .isEqualTo(2);

                redis.command(commands -> commands.flushall());
                soon(() -> assertThat(texts(saver.load(USER)))
                        .as("the cost: it comes again, by the id that the SDK has recorded")
                        .containsExactly("acknowledged while MySQL is away", "pending"));
            }
        }
    }

    private static void soon(org.awaitility.core.ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
    }

    private static long fates(TestRedis redis) {
        String key = "{b" + Buckets.of(SaverFixture.APP, USER) + "}f";
        return Long.parseLong(redis.command(commands -> commands.llen(key)));
    }
}

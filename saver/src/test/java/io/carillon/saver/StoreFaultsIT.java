package io.carillon.saver;

import static io.carillon.saver.SaverFixture.inRedis;
import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stores that die, come back, forget or are away. */
@Tag("slow")
class StoreFaultsIT {
    private TestRedis redis;
    private String schema;
    private SaverFixture saver;

    @BeforeEach
    void start() {
        redis = new TestRedis();
        schema = TestMySql.shared().newSchema();
        saver = new SaverFixture(
                SaverFixture.hastyConfig(redis.uri(), TestMySql.shared().url(schema)));
    }

    @AfterEach
    void stop() {
        saver.close();
        redis.close();
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }

    @Test
    void bringsEverythingBackFromMySqlAfterRedisLostIt() {
        List<PutResult> before = new ArrayList<>();
        for (int user = 0; user < 200; user++) {
            before.add(saver.put(message("wiped-" + user, "m" + user)));
        }

        redis.command(commands -> commands.flushall());

        long startNs = System.nanoTime();
        for (int user = 0; user < 200; user++) {
            var loaded = saver.load("wiped-" + user);
            assertThat(texts(loaded)).containsExactly("m" + user);
            assertThat(loaded.getMessages(0).getSeq())
                    .isEqualTo(before.get(user).getSeq());
            assertThat(loaded.getMessages(0).getLate()).isTrue();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(60));
        PutResult next = saver.put(message("wiped-1", "next"));
        assertThat(next.getSeq()).isGreaterThan(before.get(1).getSeq());
        assertThat(next.getPrevSeq()).isEqualTo(before.get(1).getSeq());
    }

    @Test
    void losesNothingOfMySqlModeWhenRedisIsKilled() {
        for (int i = 0; i < 50; i++) {
            saver.put(message("killed", "m" + i));
        }
        PutResult acked = saver.put(message("killed", "acked"));
        saver.ack("killed", acked.getSeq());

        redis.kill();
        redis.restart();

        soon().untilAsserted(() -> {
            var loaded = saver.load(SaverFixture.loading("killed").setMessagesMax(100));
            assertThat(loaded.getLoaded()).isTrue();
            // The ack may be within what the append-only file loses; the SDK would drop the repeat.
            assertThat(texts(loaded).stream().filter(text -> !text.equals("acked")))
                    .hasSize(50);
        });
    }

    @Test
    void acceptsWithOneCopyWhileRedisIsAwayAndPutsItThereAfterwards() {
        saver.put(message("stray", "before"));
        redis.kill();

        PutResult result = saver.put(message("stray", "while away"));
        assertThat(result.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
        assertThat(result.getInRedis()).isFalse();
        assertThat(result.getInMysql()).isTrue();
        assertThat(result.getLate()).isTrue();
        assertThat(saver.load("stray").getLoaded()).isFalse();
        assertThat(saver.ack("stray", result.getSeq())).isFalse();
        assertThat(saver.put(message("stray", "two copies").setMinCopies(2)).getStatus())
                .isEqualTo(PutStatus.PUT_STATUS_NOT_STORED);

        redis.restart();

        soon().untilAsserted(() -> assertThat(texts(saver.load("stray"))).containsExactly("before", "while away"));
        soon().until(() -> TestMySql.shared().count(schema, "SELECT COUNT(*) FROM stray") == 0);
        assertThat(saver.ack("stray", result.getSeq())).isTrue();
    }

    @Test
    void putsTheSameIdAgainAfterRedisCameBack() {
        PutEntry.Builder entry = message("again", "once");
        redis.kill();
        PutResult first = saver.put(entry);
        redis.restart();

        soon().until(() -> saver.put(entry).getInRedis());

        assertThat(first.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
        soon().until(() -> TestMySql.shared().count(schema, "SELECT COUNT(*) FROM stray") == 0);
        assertThat(texts(saver.load("again"))).containsExactly("once");
    }

    @Test
    void saysNotStoredOnlyWhenNeitherStoreTookIt() {
        try (TestMySql own = new TestMySql();
                SaverFixture alone =
                        new SaverFixture(SaverFixture.hastyConfig(redis.uri(), own.url(own.newSchema())))) {
            assertThat(alone.put(message("none", "both")).getInMysql()).isTrue();

            own.stop();
            PutResult one = alone.put(message("none", "redis alone"));
            assertThat(one.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
            assertThat(one.getInRedis()).isTrue();
            assertThat(one.getInMysql()).isFalse();
            assertThat(alone.put(inRedis("none", "redis mode")).getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
            assertThat(alone.put(message("none", "two").setMinCopies(2)).getStatus())
                    .isEqualTo(PutStatus.PUT_STATUS_NOT_STORED);

            redis.kill();
            assertThat(alone.put(message("none", "none")).getStatus()).isEqualTo(PutStatus.PUT_STATUS_NOT_STORED);

            own.restart();
            redis.restart();
            soon().untilAsserted(() ->
                    assertThat(alone.put(message("none", "again")).getInMysql()).isTrue());
        }
    }
}

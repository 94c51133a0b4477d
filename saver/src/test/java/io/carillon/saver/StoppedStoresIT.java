package io.carillon.saver;

import static io.carillon.saver.SaverFixture.inRedis;
import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Stores that stand still with their connections open, as a stopped process or a stalled machine does. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class StoppedStoresIT {
    /** Many times the command time-out and the answer time-out, for a busy machine: what hung for as long as the store would not end. */
    private static final Duration BOUND = Duration.ofSeconds(30);

    private TestRedis redis;
    private TestMySql mysql;
    private SaverFixture saver;

    @BeforeEach
    void start() {
        redis = new TestRedis();
        mysql = new TestMySql();
        saver = new SaverFixture(SaverFixture.hastyConfig(redis.uri(), mysql.url(mysql.newSchema())));
        assertThat(saver.put(message("user", "before")).getInMysql()).isTrue();
    }

    @AfterEach
    void stop() {
        saver.close();
        redis.close();
        mysql.close();
    }

    @Test
    void acceptsInMySqlAloneWhileRedisStandsStill() throws Exception {
        long pid = redis.pid();
        PutEntry.Builder entry = message("user", "redis stopped");
        signal("STOP", pid);
        try {
            PutResult result = inTime(entry);
            assertThat(result.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
            assertThat(result.getInRedis()).isFalse();
            assertThat(result.getInMysql()).isTrue();
            assertThat(inTime(message("both", "of two copies").setMinCopies(2)).getStatus())
                    .as("Redis may have it")
                    .isEqualTo(PutStatus.PUT_STATUS_UNKNOWN);
            long startNs = System.nanoTime();
            assertThat(saver.load("user").getLoaded()).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(BOUND);
        } finally {
            signal("CONT", pid);
        }

        soonLoads("user", "before", "redis stopped");
        assertThat(saver.put(entry).getDuplicate()).isTrue();
        soonLoads("user", "before", "redis stopped");
    }

    @Test
    void acceptsInRedisAloneWhileMySqlStandsStill() throws Exception {
        // Only a bucket that is whole takes anything without MySQL.
        soon(() -> assertThat(saver.put(inRedis("redis-mode", "first")).getInRedis())
                .isTrue());
        long pid = mysql.pid();
        signal("STOP", pid);
        try {
            PutResult result = inTime(message("user", "mysql stopped"));
            assertThat(result.getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED);
            assertThat(result.getInRedis()).isTrue();
            assertThat(result.getInMysql()).isFalse();
            assertThat(inTime(message("both", "of two copies").setMinCopies(2)).getStatus())
                    .isNotEqualTo(PutStatus.PUT_STATUS_STORED);
            assertThat(inTime(inRedis("redis-mode", "needs no MySQL")).getStatus())
                    .isEqualTo(PutStatus.PUT_STATUS_STORED);
            assertThat(texts(saver.load("user"))).containsExactly("before", "mysql stopped");
        } finally {
            signal("CONT", pid);
        }

        soon(() -> assertThat(saver.put(message("after", "again")).getInMysql()).isTrue());
        redis.command(commands -> commands.flushall());
        // What stood in Redis alone may go with it; what both had comes back.
        soon(() -> assertThat(texts(saver.load("user"))).contains("before"));
    }

    @Test
    void doesNotKnowWhileBothStandStillAndLosesNothing() throws Exception {
        long redisPid = redis.pid();
        long mysqlPid = mysql.pid();
        PutEntry.Builder entry = message("user", "both stopped");
        signal("STOP", redisPid);
        signal("STOP", mysqlPid);
        try {
            assertThat(inTime(entry).getStatus()).isEqualTo(PutStatus.PUT_STATUS_UNKNOWN);
        } finally {
            signal("CONT", redisPid);
            signal("CONT", mysqlPid);
        }

        soon(() -> assertThat(saver.put(entry).getStatus()).isEqualTo(PutStatus.PUT_STATUS_STORED));
        soonLoads("user", "before", "both stopped");
    }

    private PutResult inTime(PutEntry.Builder entry) {
        long startNs = System.nanoTime();
        PutResult result = saver.put(entry);
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(BOUND);
        return result;
    }

    private void soonLoads(String user, String... texts) {
        soon(() -> assertThat(texts(saver.load(user))).containsExactly(texts));
    }

    private static void soon(org.awaitility.core.ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(code).isZero();
    }
}

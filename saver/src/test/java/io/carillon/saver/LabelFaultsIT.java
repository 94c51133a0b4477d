package io.carillon.saver;

import static io.carillon.saver.SaverFixture.APP;
import static io.carillon.saver.SaverFixture.get;
import static io.carillon.saver.SaverFixture.inRedis;
import static io.carillon.saver.SaverFixture.loading;
import static io.carillon.saver.SaverFixture.message;
import static io.carillon.saver.SaverFixture.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LoadResult;
import io.carillon.contract.UserKey;
import io.carillon.saver.mysql.DatabaseConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Loads of users with tags while MySQL is away. */
@Tag("slow")
class LabelFaultsIT {
    private TestRedis redis;
    private TestMySql mysql;
    private SaverFixture saver;

    @BeforeEach
    void start() {
        redis = new TestRedis();
        mysql = new TestMySql();
        saver = new SaverFixture(SaverFixture.hastyConfig(redis.uri(), mysql.url(mysql.newSchema())));
    }

    @AfterEach
    void stop() {
        saver.close();
        redis.close();
        mysql.close();
    }

    private static LabelsChangeRequest tag(String user, String tag) {
        return LabelsChangeRequest.newBuilder()
                .setUser(UserKey.newBuilder().setApp(APP).setUser(user))
                .addAdd(tag)
                .build();
    }

    @Test
    void loadsWithoutTheTagsThatItDoesNotHaveWhileMySqlIsAwayAndWithThemAfterwards() {
        get(saver.saver.labels().change(tag("ann", "red")));
        get(saver.saver.labels().change(tag("bob", "blue")));
        assertThat(saver.load("ann").getTagsList()).containsExactly("red");
        Awaitility.await().untilAsserted(() -> assertThat(
                        saver.put(inRedis("bob", "hello")).getInRedis())
                .isTrue());
        // Buckets that are whole are loaded from without MySQL.
        assertThat(saver.load(loading("ann").setApp("untagged")).getLoaded()).isTrue();
        mysql.stop();

        long startNs = System.nanoTime();
        LoadResult loaded = saver.load("bob");
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(20));
        assertThat(loaded.getLoaded()).isTrue();
        assertThat(texts(loaded)).contains("hello");
        assertThat(loaded.getTagsKnown()).isFalse();
        assertThat(saver.load("ann").getTagsList()).as("from memory").containsExactly("red");
        assertThat(saver.load(loading("ann").setTagsVersion(99)).getTagsKnown())
                .as("newer than memory")
                .isFalse();
        assertThat(saver.load(loading("ann").setApp("untagged")).getTagsKnown()).isTrue();
        assertThat(saver.saver.labels().loads().unknown()).isGreaterThanOrEqualTo(2);
        assertThatThrownBy(() -> get(saver.saver.labels().change(tag("ann", "late"))))
                .isInstanceOf(IllegalStateException.class);

        mysql.restart();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(saver.load("bob").getTagsList()).containsExactly("blue"));
    }

    @Test
    void givesUpBehindAnotherChangeThatStandsStillAndGoesOnUsingMySql() throws SQLException {
        String schema = mysql.newSchema();
        DatabaseConfig patient = new DatabaseConfig(
                mysql.url(schema),
                "root",
                "",
                8,
                2,
                200,
                4096,
                Duration.ofMillis(500),
                Duration.ofSeconds(3),
                Duration.ofSeconds(2));
        SaverConfig base = SaverFixture.hastyConfig(redis.uri(), mysql.url(schema));
        SaverConfig config = new SaverConfig(
                base.redis(),
                patient,
                base.mailbox(),
                base.ledger(),
                base.deadLetters(),
                base.broadcast(),
                base.schedule(),
                SaverFixture.uplinks());
        try (SaverFixture other = new SaverFixture(config);
                Connection stuck = DriverManager.getConnection(mysql.url(schema), "root", "")) {
            get(other.saver.labels().change(tag("ann", "red")));
            stuck.setAutoCommit(false);
            stuck.createStatement().executeQuery("SELECT * FROM label_app FOR UPDATE");

            assertThatThrownBy(() -> get(other.saver.labels().change(tag("ann", "blue"))))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(other.put(message("bob", "hello")).getInMysql()).isTrue();
            assertThat(other.load("ann").getTagsList()).containsExactly("red");

            stuck.rollback();
            assertThat(get(other.saver.labels().change(tag("ann", "blue"))).getLabelsList())
                    .containsExactly("blue", "red");
        }
    }
}

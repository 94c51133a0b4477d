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
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same scripts on three nodes of a Redis Cluster. */
@Tag("slow")
class ClusterIT {
    private static final int SLOTS = 16_384;
    private static final int NODES = 3;
    private static final List<TestRedis> nodes = new ArrayList<>();
    private static SaverFixture saver;

    @BeforeAll
    static void start() {
        for (int i = 0; i < NODES; i++) {
            nodes.add(new TestRedis("cluster-enabled yes", "cluster-node-timeout 10000"));
        }
        for (int i = 0; i < NODES; i++) {
            int[] slots =
                    IntStream.range(SLOTS * i / NODES, SLOTS * (i + 1) / NODES).toArray();
            nodes.get(i).command(redis -> redis.clusterAddSlots(slots));
            int port = nodes.get(i).port();
            nodes.getFirst().command(redis -> redis.clusterMeet("127.0.0.1", port));
        }
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> nodes.stream()
                .allMatch(node -> {
                    String info = node.command(redis -> redis.clusterInfo());
                    return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + NODES);
                }));
        saver = new SaverFixture(new SaverConfig(
                SaverFixture.redis(true, nodes.get(0).uri(), nodes.get(1).uri()),
                SaverFixture.mysql(TestMySql.shared().url(TestMySql.shared().newSchema())),
                SaverFixture.limits(500, 8),
                SaverFixture.ledger(),
                SaverFixture.deadLetters(10_000),
                SaverFixture.broadcasts(),
                SaverFixture.schedule(),
                SaverFixture.uplinks()));
    }

    @AfterAll
    static void stop() {
        saver.close();
        nodes.forEach(TestRedis::close);
    }

    @Test
    void putsLoadsAndAcknowledgesOverAllNodes() {
        PutEntry[] entries = IntStream.range(0, 300)
                .mapToObj(user -> message("user-" + user, "m" + user).build())
                .toArray(PutEntry[]::new);

        List<PutResult> results = saver.putAll(entries);

        // On a fleet's first start buckets are made whole as they are touched: MySQL alone may take some meanwhile.
        assertThat(results)
                .allMatch(result -> result.getStatus() == PutStatus.PUT_STATUS_STORED && result.getInMysql());
        for (int i = 0; i < 300; i++) {
            int user = i;
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                            texts(saver.load("user-" + user)))
                    .containsExactly("m" + user));
            assertThat(saver.ack("user-" + user, results.get(user).getSeq())).isTrue();
        }
        assertThat(texts(saver.load("user-7"))).isEmpty();
    }

    @Test
    void rebuildsTheBucketsOfANodeThatLostEverything() {
        for (int user = 0; user < 60; user++) {
            saver.put(message("lost-" + user, "m" + user));
        }

        nodes.get(1).command(redis -> redis.flushall());

        for (int user = 0; user < 60; user++) {
            assertThat(texts(saver.load("lost-" + user))).containsExactly("m" + user);
        }
    }

    @Test
    void dedupesInRedisMode() {
        PutEntry.Builder entry = inRedis("twice", "once");

        assertThat(saver.put(entry).getSeq()).isEqualTo(saver.put(entry).getSeq());
        assertThat(texts(saver.load("twice"))).containsExactly("once");
    }
}

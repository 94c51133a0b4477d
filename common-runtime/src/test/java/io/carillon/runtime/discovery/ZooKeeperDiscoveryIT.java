package io.carillon.runtime.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.runtime.config.ConfigLoader;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZooKeeperDiscoveryIT {
    @TempDir
    Path directory;

    private final TestingServer zookeeper;

    ZooKeeperDiscoveryIT() throws Exception {
        zookeeper = new TestingServer(true);
    }

    @AfterEach
    void stop() throws Exception {
        zookeeper.close();
    }

    @Test
    void showsWhoComesChangesAndGoes() throws Exception {
        try (Discovery one = discovery("one");
                Discovery two = discovery("two")) {
            AtomicReference<Collection<NodeRecord>> seen = new AtomicReference<>(List.of());
            two.follow("room", seen::set);

            one.announce(node("room-1", 1));
            await().untilAsserted(() -> assertThat(seen.get()).containsExactly(node("room-1", 1)));

            NodeRecord loaded = node("room-1", 1).withLoad(new NodeRecord.Load(5, 10));
            one.announce(loaded);
            await().untilAsserted(() -> assertThat(seen.get()).containsExactly(loaded));
            assertThat(two.nodes("room")).containsExactly(loaded);

            one.withdraw();
            await().untilAsserted(() -> assertThat(seen.get()).isEmpty());
        }
    }

    @Test
    void replacesWhatAPredecessorOfTheSameNameLeft() throws Exception {
        Discovery predecessor = discovery("one");
        try (Discovery watcher = discovery("two")) {
            AtomicReference<Collection<NodeRecord>> seen = new AtomicReference<>(List.of());
            watcher.follow("room", seen::set);
            predecessor.announce(node("room-1", 1));
            await().untilAsserted(() -> assertThat(seen.get()).hasSize(1));

            try (Discovery successor = discovery("three")) {
                predecessor.close();
                successor.announce(node("room-1", 2));
                await().untilAsserted(() -> assertThat(seen.get()).containsExactly(node("room-1", 2)));
            }
        }
    }

    @Test
    void announcesAgainAfterZooKeeperWasAway() throws Exception {
        try (Discovery one = discovery("one");
                Discovery two = discovery("two")) {
            one.announce(node("room-1", 1));
            AtomicReference<Collection<NodeRecord>> seen = new AtomicReference<>(List.of());
            two.follow("room", seen::set);
            await().untilAsserted(() -> assertThat(seen.get()).hasSize(1));

            zookeeper.restart();

            await().untilAsserted(
                            () -> assertThat(one.connected() && two.connected()).isTrue());
            one.announce(node("room-1", 3));
            await().untilAsserted(() -> assertThat(seen.get()).containsExactly(node("room-1", 3)));
        }
    }

    @Test
    void startsFromTheLastKnownListWhileZooKeeperIsAway() throws Exception {
        try (Discovery one = discovery("one");
                Discovery two = discovery("two")) {
            AtomicReference<Collection<NodeRecord>> seen = new AtomicReference<>(List.of());
            two.follow("room", seen::set);
            one.announce(node("room-1", 1));
            await().untilAsserted(() -> assertThat(seen.get()).hasSize(1));
            zookeeper.stop();
        }
        try (Discovery again = discovery("two")) {
            assertThat(again.nodes("room")).containsExactly(node("room-1", 1));
        }
    }

    private Discovery discovery(String name) throws Exception {
        DiscoveryConfig config = ConfigLoader.parse(
                DiscoveryConfig.class,
                "{zookeeper: '" + zookeeper.getConnectString() + "', session-timeout: 20s, connect-timeout: 5s}");
        return new ZooKeeperDiscovery(config, "test", directory.resolve(name));
    }

    private static NodeRecord node(String name, long incarnation) {
        return new NodeRecord(
                "room",
                name,
                "here",
                "default",
                1,
                "test",
                incarnation,
                "127.0.0.1:1",
                "http://127.0.0.1:2",
                "",
                List.of(new NodeRecord.Advertised("tcp", "127.0.0.1", 7101)),
                NodeRecord.Load.NONE,
                false);
    }
}

package io.carillon.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.contract.HeartbeatsRequest;
import io.carillon.contract.HeartbeatsResponse;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.NetworkKind;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.heartbeat.NetworkGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a room learns of its clients' heartbeats, over real sockets. */
class HeartbeatIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private RunningRoom running;

    @BeforeEach
    void start() throws Exception {
        running = new RunningRoom(directory, "listeners:\n  - bind: 127.0.0.1:0\n");
    }

    @AfterEach
    void stop() throws Exception {
        running.stop();
    }

    private Connected connect(TestClient client, String user, NetworkKind kind) throws IOException {
        client.send(
                FrameType.CONNECT,
                TestClient.connectOf(user, TestTokens.of("demo", user))
                        .setNetwork(kind)
                        .build());
        return Connected.parseFrom(client.expect(FrameType.CONNECTED));
    }

    private int start(String user, NetworkKind kind) throws IOException {
        try (TestClient client = TestClient.to(running.port(0))) {
            return connect(client, user, kind).getHeartbeat().getStartSeconds();
        }
    }

    @Test
    void handsOutWhatItsClientsShowedAndPassesItOn() throws Exception {
        assertThat(start("first", NetworkKind.NETWORK_KIND_WIFI)).isEqualTo(210);
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            TestClient client = TestClient.to(running.port(0));
            clients.add(client);
            connect(client, "user-" + i, NetworkKind.NETWORK_KIND_WIFI);
        }
        // All of them are idle for a second, and say that they can.
        long idleSinceNs = System.nanoTime();
        Awaitility.await().until(() -> System.nanoTime() - idleSinceNs > TimeUnit.SECONDS.toNanos(1));
        for (TestClient client : clients) {
            client.send(FrameType.PING, new byte[] {60, 1});
            client.expect(FrameType.PONG);
            client.send(FrameType.PING, new byte[] {60, 100});
            client.expect(FrameType.PONG);
        }
        Awaitility.await().atMost(TIMEOUT).until(() -> start("next", NetworkKind.NETWORK_KIND_WIFI) == 45);
        assertThat(start("other", NetworkKind.NETWORK_KIND_CELLULAR)).isEqualTo(210);

        HeartbeatsResponse reports = running.center
                .call(RoomMethods.HEARTBEATS, HeartbeatsRequest.getDefaultInstance(), TIMEOUT)
                .get();
        assertThat(reports.getSettledSecondsList()).hasSize(8).containsOnly(1);
        long group = NetworkGroup.of(
                NetworkGroup.CELLULAR, InetAddress.getLoopbackAddress().getAddress());
        HeartbeatsRequest told = HeartbeatsRequest.newBuilder()
                .setAfter(reports.getLast())
                .addGroups(group)
                .addStartSeconds(700)
                .build();
        running.center.call(RoomMethods.HEARTBEATS, told, TIMEOUT).get();
        Awaitility.await().atMost(TIMEOUT).until(() -> start("later", NetworkKind.NETWORK_KIND_CELLULAR) == 700);
        for (TestClient client : clients) {
            client.close();
        }
    }
}

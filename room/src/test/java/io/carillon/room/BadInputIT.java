package io.carillon.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the room answers to clients that break the protocol, and that it lives on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    private static final String SETTINGS = """
            session:
              login-timeout: 700ms
              no-bindings-timeout: 700ms
            listeners:
              - bind: 127.0.0.1:0
            """;

    @SuppressWarnings("NullAway.Init")
    private RunningRoom running;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        running = new RunningRoom(directory, SETTINGS);
    }

    @AfterAll
    void stop() throws Exception {
        running.stop();
    }

    @AfterEach
    void othersAreServedAsBefore() throws Exception {
        try (TestClient client = client()) {
            Connected connected = client.login("device-1", TestTokens.of("demo", "witness"));
            assertThat(connected.getBindings(0).getCode()).isZero();
        }
    }

    private TestClient client() throws Exception {
        return TestClient.to(running.port(0));
    }

    private TestClient loggedIn() throws Exception {
        TestClient client = client();
        client.login("device-1", TestTokens.of("demo", "bad"));
        return client;
    }

    private static void assertEnds(TestClient client, ProtocolCode code) throws Exception {
        assertThat(client.expectError().getCode()).isEqualTo(code.wire());
    }

    @Test
    void aBodyOverTheLimitBeforeLogin() throws Exception {
        try (TestClient client = client()) {
            // 8193 bytes are announced and none is sent.
            client.raw(new byte[] {FrameType.CONNECT, (byte) 0x81, 0x40});
            assertEnds(client, ProtocolCode.FRAME_TOO_LARGE);
        }
    }

    @Test
    void aBodyOverTheLimitAfterLogin() throws Exception {
        try (TestClient client = loggedIn()) {
            client.raw(new byte[] {FrameType.ACK, (byte) 0x81, (byte) 0x80, 0x04});
            assertEnds(client, ProtocolCode.FRAME_TOO_LARGE);
        }
    }

    @Test
    void aLengthThatWouldBeNegative() throws Exception {
        try (TestClient client = client()) {
            client.raw(new byte[] {FrameType.CONNECT, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F});
            assertEnds(client, ProtocolCode.MALFORMED_FRAME);
        }
    }

    @Test
    void anythingButConnectBeforeLogin() throws Exception {
        try (TestClient client = client()) {
            client.send(FrameType.PING, new byte[0]);
            assertEnds(client, ProtocolCode.UNEXPECTED_FRAME);
        }
    }

    @Test
    void aSecondConnect() throws Exception {
        try (TestClient client = loggedIn()) {
            client.send(FrameType.CONNECT, TestClient.connectOf("device-1").build());
            assertEnds(client, ProtocolCode.UNEXPECTED_FRAME);
        }
    }

    @Test
    void aFrameThatOnlyTheRoomSends() throws Exception {
        try (TestClient client = loggedIn()) {
            client.send(FrameType.PUSH, new byte[0]);
            assertEnds(client, ProtocolCode.UNEXPECTED_FRAME);
        }
    }

    @Test
    void anUnknownTypeBelow80() throws Exception {
        try (TestClient client = loggedIn()) {
            client.send(0x7F, new byte[3]);
            assertEnds(client, ProtocolCode.UNKNOWN_FRAME);
        }
    }

    @Test
    void unknownTypesFrom80OnAreSkipped() throws Exception {
        try (TestClient client = client()) {
            client.send(0x80, new byte[300]);
            client.login("device-1", TestTokens.of("demo", "bad"));
            client.send(0xFF, new byte[20_000]);
            client.send(FrameType.PING, new byte[0]);
            client.expect(FrameType.PONG);
        }
    }

    @Test
    void aVersionThatIsNotSpoken() throws Exception {
        try (TestClient client = client()) {
            client.send(
                    FrameType.CONNECT,
                    TestClient.connectOf("device-1").setProtocolVersion(2).build());
            assertEnds(client, ProtocolCode.UNSUPPORTED_VERSION);
        }
    }

    @Test
    void aConnectThatIsNotWhatItShouldBe() throws Exception {
        try (TestClient client = client()) {
            client.send(FrameType.CONNECT, new byte[] {(byte) 0x0A, 0x7F, 1});
            assertEnds(client, ProtocolCode.MALFORMED_FRAME);
        }
        try (TestClient client = client()) {
            client.send(FrameType.CONNECT, TestClient.connectOf("").build());
            assertEnds(client, ProtocolCode.MALFORMED_FRAME);
        }
        try (TestClient client = client()) {
            client.send(
                    FrameType.CONNECT,
                    TestClient.connectOf("device-1").setReceiveWindow(100_000).build());
            assertEnds(client, ProtocolCode.MALFORMED_FRAME);
        }
    }

    @Test
    void moreBindingsThanAConnectionMayHave() throws Exception {
        try (TestClient client = client()) {
            Connect.Builder connect = TestClient.connectOf("device-1");
            for (int i = 0; i < 17; i++) {
                connect.addBindings(
                        BindRequest.newBuilder().setBinding(i).setToken(TestTokens.of("demo", "many-" + i)));
            }
            client.send(FrameType.CONNECT, connect.build());
            Connected connected = Connected.parseFrom(client.expect(FrameType.CONNECTED));
            assertThat(connected.getBindings(15).getCode()).isZero();
            assertThat(connected.getBindings(16).getCode()).isEqualTo(ProtocolCode.TOO_MANY_BINDINGS.wire());
        }
    }

    @Test
    void aConnectThatAsksForThousandsOfBindingsIsRefusedWhole() throws Exception {
        try (TestClient client = client()) {
            Connect.Builder connect = TestClient.connectOf("device-1");
            for (int i = 0; i < 3_000; i++) {
                connect.addBindings(BindRequest.getDefaultInstance());
            }
            client.send(FrameType.CONNECT, connect.build());
            assertEnds(client, ProtocolCode.MALFORMED_FRAME);
        }
    }

    @Test
    void acksThatBreakTheFormat() throws Exception {
        for (byte[] body : List.of(
                new byte[0],
                new byte[] {0, 9},
                new byte[] {0, 0, 16, 1, 5},
                new byte[] {0, 0, 0, 0},
                new byte[] {0, 0, 0, 2, 5, 0},
                new byte[] {1, (byte) 0xFF, 0x7F})) {
            try (TestClient client = loggedIn()) {
                client.send(FrameType.ACK, body);
                assertEnds(client, ProtocolCode.MALFORMED_FRAME);
            }
        }
    }

    @Test
    void acksOfWhatWasNeverSentAreTaken() throws Exception {
        try (TestClient client = loggedIn()) {
            client.ack(0, 0, 1, 2, Long.MAX_VALUE);
            client.send(FrameType.ACK, new byte[] {0, 0, 9, 1, 5});
            client.send(FrameType.PING, new byte[0]);
            client.expect(FrameType.PONG);
        }
    }

    @Test
    void silence() throws Exception {
        try (TestClient client = client()) {
            assertEnds(client, ProtocolCode.LOGIN_TIMEOUT);
        }
    }

    @Test
    void aConnectThatTrickles() throws Exception {
        try (TestClient client = client()) {
            client.raw(new byte[] {FrameType.CONNECT, 100, 8});
            assertEnds(client, ProtocolCode.LOGIN_TIMEOUT);
        }
    }

    @Test
    void aConnectionWithoutABinding() throws Exception {
        try (TestClient client = client()) {
            Connected connected = client.login("device-1", "not-a-token");
            assertThat(connected.getBindings(0).getCode()).isEqualTo(ProtocolCode.TOKEN_REFUSED.wire());
            assertEnds(client, ProtocolCode.NO_BINDINGS);
        }
    }

    @Test
    void noise() throws Exception {
        Random random = new Random(7);
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            TestClient client = random.nextBoolean() ? client() : loggedIn();
            byte[] noise = new byte[random.nextInt(2000)];
            random.nextBytes(noise);
            client.raw(noise);
            clients.add(client);
        }
        for (TestClient client : clients) {
            client.close();
        }
        await().until(() -> running.room.connections() == 0);
    }
}

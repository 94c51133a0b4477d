package io.carillon.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.room.listener.TestCertificate;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients that mean harm: each is bounded and ended in time, and a session that was there before lives on. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AbuseIT {
    private static final int TCP = 0;
    private static final int TLS = 1;
    private static final int DIRECT_BYTES_MAX = 32 << 20;
    private static final byte[] PING = {FrameType.PING, 0};

    @SuppressWarnings("NullAway.Init")
    private RunningRoom running;

    @SuppressWarnings("NullAway.Init")
    private TestClient witness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        TestCertificate certificate = TestCertificate.make(directory);
        running = new RunningRoom(directory, """
                tls-handshake-timeout: 2s
                session:
                  login-timeout: 2s
                  heartbeat-min: 1s
                  heartbeat-grace: 1s
                  slow-reader-timeout: 2s
                  unanswered-time: 1s
                  probe-timeout: 1s
                  frame-timeout: 3s
                  partial-bytes-max: 1MiB
                listeners:
                  - bind: 127.0.0.1:0
                  - bind: 127.0.0.1:0
                    transport: tls
                    certificate: %s
                    private-key: %s
                """.formatted(certificate.certificate(), certificate.privateKey()));
    }

    @AfterAll
    void stop() throws Exception {
        running.stop();
    }

    @BeforeEach
    void aSessionIsThere() throws Exception {
        witness = loggedIn("witness");
    }

    @AfterEach
    void andIsServedAsBefore() throws Exception {
        assertAlive(witness);
        witness.close();
        await().until(() -> running.room.connections() == 0);
    }

    private TestClient loggedIn(String user) throws IOException {
        TestClient client = TestClient.to(running.port(TCP));
        client.login("device-" + user, TestTokens.of("demo", user));
        return client;
    }

    private static void assertAlive(TestClient client) throws IOException {
        client.send(FrameType.PING, new byte[0]);
        client.expect(FrameType.PONG);
    }

    private SocketChannel open(int listener) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port(listener)));
    }

    /** Reads on without blocking; true once the room has closed. */
    private static boolean isEnded(SocketChannel channel) {
        ByteBuffer sink = ByteBuffer.allocate(8192);
        try {
            int read;
            do {
                sink.clear();
                read = channel.read(sink);
            } while (read > 0);
            return read < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    private static void closeAll(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    @Test
    void fiveThousandThatNeverLogIn() throws Exception {
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 5000; i++) {
                SocketChannel channel = open(TCP);
                channel.configureBlocking(false);
                silent.add(channel);
            }
            assertAlive(witness);
            try (TestClient newcomer = loggedIn("newcomer")) {
                assertAlive(newcomer);
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> silent.stream().allMatch(AbuseIT::isEnded));
        } finally {
            closeAll(silent);
        }
    }

    @Test
    void hundredsOfTlsHandshakesThatStopInTheMiddle() throws Exception {
        List<SocketChannel> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 600; i++) {
                SocketChannel channel = open(TLS);
                // The head of a ClientHello of 512 bytes, and no more.
                channel.write(ByteBuffer.wrap(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3}));
                channel.configureBlocking(false);
                slow.add(channel);
            }
            assertAlive(witness);
            await().atMost(Duration.ofSeconds(60)).until(() -> slow.stream().allMatch(AbuseIT::isEnded));
        } finally {
            closeAll(slow);
        }
    }

    @Test
    void whoAnnouncesMuchAndSendsAByteNowAndThen() throws Exception {
        long directBefore = PlatformDependent.usedDirectMemory();
        List<SocketChannel> tricklers = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                SocketChannel channel = open(TCP);
                channel.write(ByteBuffer.wrap(new byte[] {FrameType.CONNECT, (byte) 0x80, 0x40}));
                channel.configureBlocking(false);
                tricklers.add(channel);
            }
            await().pollInterval(Duration.ofMillis(100))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> {
                        tricklers.forEach(AbuseIT::trickle);
                        return tricklers.stream().allMatch(AbuseIT::isEnded);
                    });
            assertThat(PlatformDependent.usedDirectMemory() - directBefore).isLessThan(DIRECT_BYTES_MAX);
        } finally {
            closeAll(tricklers);
        }
    }

    private static void trickle(SocketChannel channel) {
        try {
            channel.write(ByteBuffer.wrap(new byte[1]));
        } catch (IOException closed) {
            // That is what is waited for.
        }
    }

    @Test
    void aSessionThatTricklesAFrameForEverIsIdle() throws Exception {
        try (TestClient client = TestClient.to(running.port(TCP))) {
            client.send(
                    FrameType.CONNECT,
                    TestClient.connectOf("device-1", TestTokens.of("demo", "trickler"))
                            .setNextPingSeconds(1)
                            .build());
            client.expect(FrameType.CONNECTED);
            client.raw(new byte[] {FrameType.UPLINK, (byte) 0xFF, (byte) 0xFF, 0x03});
            Thread trickling = Thread.ofVirtual().start(() -> {
                try {
                    while (!Thread.currentThread().isInterrupted()) {
                        client.raw(new byte[1]);
                        TimeUnit.MILLISECONDS.sleep(50);
                    }
                } catch (IOException | InterruptedException closed) {
                    // That is what is waited for.
                }
            });
            assertThat(client.expectError().getCode()).isEqualTo(ProtocolCode.IDLE_TIMEOUT.wire());
            trickling.interrupt();
            trickling.join();
        }
    }

    @Test
    void whoPingsForEverAndReadsNothing() throws Exception {
        long directBefore = PlatformDependent.usedDirectMemory();
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port(TCP)));
            TestClient deaf = new TestClient(socket);
            deaf.login("device-1", TestTokens.of("demo", "deaf"));
            byte[] pings = new byte[64 << 10];
            for (int i = 0; i < pings.length; i++) {
                pings[i] = PING[i & 1];
            }
            Thread flood = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        deaf.raw(pings);
                    }
                } catch (IOException closed) {
                    // That is what is waited for.
                }
            });
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                assertAlive(witness);
                return !running.fleet.sessions.containsKey("deaf");
            });
            assertThat(PlatformDependent.usedDirectMemory() - directBefore).isLessThan(DIRECT_BYTES_MAX);
            flood.join();
        }
    }

    @Test
    void whoIsSentMuchAndReadsNothing() throws Exception {
        long directBefore = PlatformDependent.usedDirectMemory();
        String big = "x".repeat(32 << 10);
        for (long seq = 1; seq <= 400; seq++) {
            running.fleet.store("stuck", seq, big);
        }
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port(TCP)));
            TestClient stuck = new TestClient(socket);
            stuck.send(
                    FrameType.CONNECT,
                    TestClient.connectOf("device-1", TestTokens.of("demo", "stuck"))
                            .setReceiveWindow(256)
                            .build());
            await().until(() -> running.fleet.sessions.containsKey("stuck"));
            await().atMost(Duration.ofSeconds(60)).until(() -> !running.fleet.sessions.containsKey("stuck"));
            assertThat(PlatformDependent.usedDirectMemory() - directBefore).isLessThan(DIRECT_BYTES_MAX);
        }
    }

    @Test
    void floodsOfPingsAndAcksAreWorkedOffBesideTheOthers() throws Exception {
        try (TestClient flood = loggedIn("flood")) {
            ByteBuffer body = ByteBuffer.allocate(4096);
            AckFrame.writeStart(body, -1);
            long[] seqs = new long[1000];
            Arrays.setAll(seqs, i -> i + 1L);
            AckFrame.writeEntry(body, AckFrame.KIND_DONE, false, 0, 0, seqs, 0, seqs.length);
            byte[] acks = new byte[body.position()];
            body.flip().get(acks);
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    for (int pongs = 0; pongs < 20_000; pongs++) {
                        flood.expect(FrameType.PONG);
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            for (int i = 0; i < 20_000; i++) {
                flood.raw(PING);
                if (i % 20 == 0) {
                    flood.send(FrameType.ACK, acks);
                }
                if (i % 1000 == 0) {
                    assertAlive(witness);
                }
            }
            reader.join();
            assertAlive(flood);
        }
    }

    @Test
    void acksOfSeqsThatWereMadeUpAreNotKept() throws Exception {
        try (TestClient flood = loggedIn("inventive")) {
            long next = 1;
            for (int i = 0; i < 500; i++) {
                long[] seqs = new long[1000];
                for (int k = 0; k < seqs.length; k++) {
                    seqs[k] = next++;
                }
                ByteBuffer body = ByteBuffer.allocate(16_384);
                AckFrame.writeStart(body, -1);
                AckFrame.writeEntry(body, AckFrame.KIND_DONE, false, 0, 0, seqs, 0, seqs.length);
                byte[] acks = new byte[body.position()];
                body.flip().get(acks);
                flood.send(FrameType.ACK, acks);
            }
            assertAlive(flood);
            assertAlive(witness);
        }
    }

    @Test
    void aFrameThatIsBegunAndNotFinishedEndsItsConnection() throws Exception {
        try (TestClient slow = loggedIn("half")) {
            slow.raw(new byte[] {(byte) FrameType.UPLINK, (byte) 0xFF, 0x7F, 1, 2, 3});
            assertThat(slow.expectError().getCode()).isEqualTo(ProtocolCode.IDLE_TIMEOUT.wire());
        }
    }

    @Test
    void beginningsOfFramesAreBoundedInAll() throws Exception {
        long directBefore = PlatformDependent.usedDirectMemory();
        List<TestClient> clients = new ArrayList<>();
        try {
            byte[] beginning = new byte[40_000];
            beginning[0] = (byte) FrameType.UPLINK;
            beginning[1] = (byte) 0xFF;
            beginning[2] = (byte) 0xFF;
            beginning[3] = 0x03;
            for (int i = 0; i < 200; i++) {
                TestClient client = loggedIn("begins-" + i);
                clients.add(client);
                client.raw(beginning);
            }
            int ended = 0;
            for (TestClient client : clients) {
                ended += client.expectError().getCode() == ProtocolCode.BUSY.wire() ? 1 : 0;
            }
            // Two loops with 1 MiB each hold some dozens; the others were ended at once, these when their time was
            // over.
            assertThat(ended).isGreaterThan(100);
            assertThat(PlatformDependent.usedDirectMemory() - directBefore).isLessThan(DIRECT_BYTES_MAX);
        } finally {
            for (TestClient client : clients) {
                client.close();
            }
        }
    }

    /** A message without an ack is asked about; who answers is stuck above its socket and is paused, who does not is closed. */
    @Test
    void whoAcknowledgesNothingIsAskedAndThenEnded() throws Exception {
        running.fleet.store("mute", 1, "hello");
        try (TestClient mute = loggedIn("mute")) {
            mute.expectPush();
            mute.expect(FrameType.PING);
            mute.send(FrameType.PONG, new byte[0]);
            running.fleet.store("mute-too", 1, "hello");
            try (TestClient silent = loggedIn("mute-too")) {
                silent.expectPush();
                silent.expect(FrameType.PING);
                assertThat(silent.expectError().getCode()).isEqualTo(ProtocolCode.UNRESPONSIVE.wire());
            }
            assertAlive(mute);
        }
    }
}

package io.carillon.room;

import static io.carillon.room.WebSocketClient.BINARY;
import static io.carillon.room.WebSocketClient.CLOSE;
import static io.carillon.room.WebSocketClient.frame;
import static io.carillon.room.WebSocketClient.masked;
import static io.carillon.room.WebSocketClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Error;
import io.carillon.room.WebSocketClient.Message;
import io.carillon.room.listener.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketIT {
    private static final byte[] PING = {FrameType.PING, 0};
    private static final byte[] PONG = {FrameType.PONG, 0};

    @SuppressWarnings("NullAway.Init")
    private TestCertificate certificate;

    @SuppressWarnings("NullAway.Init")
    private RunningRoom running;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        certificate = TestCertificate.make(directory);
        running = new RunningRoom(directory, """
                session:
                  login-timeout: 2s
                listeners:
                  - bind: 127.0.0.1:0
                    transport: ws
                    origins: [https://app.example]
                    message-bytes-max: 64KiB
                  - bind: 127.0.0.1:0
                    transport: wss
                    certificate: %s
                    private-key: %s
                """.formatted(certificate.certificate(), certificate.privateKey()));
    }

    @AfterAll
    void stop() throws Exception {
        running.stop();
    }

    private WebSocketClient upgraded() throws IOException {
        WebSocketClient client = new WebSocketClient(running.port(0));
        assertThat(client.upgrade(request())).startsWith("HTTP/1.1 101 ");
        return client;
    }

    private static byte[] connect(String user) {
        return frame(
                FrameType.CONNECT,
                TestClient.connectOf("device-1", TestTokens.of("demo", user)).build());
    }

    private WebSocketClient loggedIn(String user) throws IOException {
        WebSocketClient client = upgraded();
        client.send(BINARY, connect(user));
        assertThat(client.read().payload()[0]).isEqualTo((byte) FrameType.CONNECTED);
        return client;
    }

    /** The next frame of the room but CURSOR, one of which follows each login. */
    private static Message next(WebSocketClient client) throws IOException {
        Message message = client.read();
        return message.first() == BINARY && message.payload()[0] == FrameType.CURSOR ? next(client) : message;
    }

    private static ByteBuffer body(Message message, int type) throws ProtocolException {
        assertThat(message.first()).isEqualTo(BINARY);
        ByteBuffer bytes = message.bytes();
        long header = FrameHeader.parse(bytes, 1 << 20);
        assertThat(FrameHeader.type(header)).isEqualTo(type);
        assertThat(bytes.remaining()).isEqualTo(FrameHeader.length(header));
        return bytes;
    }

    private static void assertAlive(WebSocketClient client) throws IOException {
        client.send(BINARY, PING);
        assertThat(next(client).payload()).isEqualTo(PONG);
    }

    @Test
    void deliversAndTakesAcknowledgements() throws Exception {
        running.fleet.store("ws-ann", 7, "x".repeat(3000));
        try (WebSocketClient client = loggedIn("ws-ann")) {
            PushFrame push = PushFrame.read(body(next(client), FrameType.PUSH));
            assertThat(push.seq()).isEqualTo(7);
            ByteBuffer ack = ByteBuffer.allocate(64);
            AckFrame.writeStart(ack, -1);
            AckFrame.writeEntry(ack, AckFrame.KIND_DONE, false, 0, 0, new long[] {7}, 0, 1);
            byte[] bytes = new byte[ack.position()];
            ack.flip().get(bytes);
            client.send(BINARY, frame(FrameType.ACK, bytes));
            await().until(() -> running.fleet.isEmpty("ws-ann"));
        }
    }

    @Test
    void namesItsSubprotocolAndSpeaksNoExtension() throws Exception {
        try (WebSocketClient client = new WebSocketClient(running.port(0))) {
            String head = client.upgrade(request(
                    "Origin: https://app.example",
                    "Sec-WebSocket-Protocol: mqtt, carillon.v1",
                    "Sec-WebSocket-Extensions: permessage-deflate"));
            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    // The example of RFC 6455, 1.3.
                    .containsIgnoringCase("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .containsIgnoringCase("sec-websocket-protocol: carillon.v1\r\n")
                    .doesNotContainIgnoringCase("extensions");
            client.send(BINARY, connect("ws-browser"));
            body(client.read(), FrameType.CONNECTED);
        }
    }

    @Test
    void takesWhatIsSentRightBehindTheRequest() throws Exception {
        try (WebSocketClient client = new WebSocketClient(running.port(0))) {
            byte[] request = request().getBytes(StandardCharsets.US_ASCII);
            byte[] connect = masked(BINARY, connect("ws-eager"));
            client.raw(ByteBuffer.allocate(request.length + connect.length)
                    .put(request)
                    .put(connect)
                    .array());
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            body(client.read(), FrameType.CONNECTED);
        }
    }

    @Test
    void aMessageMayHoldManyFramesAndAFrameManyMessages() throws Exception {
        try (WebSocketClient client = upgraded()) {
            byte[] connect = connect("ws-split");
            for (byte next : masked(BINARY, connect)) {
                client.raw(new byte[] {next});
            }
            body(client.read(), FrameType.CONNECTED);
            client.send(
                    BINARY, (byte) FrameType.PING, (byte) 0, (byte) FrameType.PING, (byte) 0, (byte) FrameType.PING);
            client.send(0x02, (byte) 0);
            // A control frame may come between the pieces of a message.
            client.send(0x89, (byte) 42);
            client.send(0x00);
            client.send(0x80, PING);
            int pongs = 0;
            boolean answered = false;
            while (pongs < 4 || !answered) {
                Message message = next(client);
                if (message.first() == 0x8A) {
                    assertThat(message.payload()).containsExactly(42);
                    answered = true;
                } else {
                    assertThat(message.payload()).isEqualTo(PONG);
                    pongs++;
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // text
        "81 81 00 00 00 00 41, 1003",
        // not masked
        "82 01 41, 1002",
        // a reserved bit, as compression would set it
        "C2 80 00 00 00 00, 1002",
        // a continuation of nothing
        "80 80 00 00 00 00, 1002",
        // an opcode that is none
        "8B 80 00 00 00 00, 1002",
        // a control frame of 126 bytes, one in pieces
        "89 FE 00 7E 00 00 00 00, 1002",
        "09 80 00 00 00 00, 1002",
        // a length with the highest bit set: negative
        "82 FF FF FF FF FF FF FF FF FF 00 00 00 00, 1002",
        // 64 KiB and a byte, 2^62
        "82 FF 00 00 00 00 00 01 00 01 00 00 00 00, 1009",
        "82 FF 40 00 00 00 00 00 00 00 00 00 00 00, 1009",
        // 16 MiB behind a first piece
        "02 81 00 00 00 00 80 80 FF 00 00 00 00 01 00 00 00 00 00 00 00, 1009"
    })
    void whatBreaksTheFormatEndsTheConnectionWithTheCode(String hex, int code) throws Exception {
        try (WebSocketClient client = loggedIn("ws-bad")) {
            String[] bytes = hex.split(" ");
            byte[] raw = new byte[bytes.length];
            for (int i = 0; i < raw.length; i++) {
                raw[i] = (byte) Integer.parseInt(bytes[i], 16);
            }
            client.raw(raw);
            Message message = next(client);
            assertThat(message.first()).isEqualTo(CLOSE);
            assertThat(message.closeCode()).isEqualTo(code);
            assertThat(client.read().first()).isZero();
        }
    }

    @Test
    void theLimitsOfFramesHoldHereToo() throws Exception {
        try (WebSocketClient client = upgraded()) {
            client.send(BINARY, (byte) FrameType.CONNECT, (byte) 0x81, (byte) 0x40);
            Error error = Error.parseFrom(body(client.read(), FrameType.ERROR));
            assertThat(error.getCode()).isEqualTo(ProtocolCode.FRAME_TOO_LARGE.wire());
            Message end = client.read();
            assertThat(end.first()).isEqualTo(CLOSE);
            assertThat(end.closeCode()).isEqualTo(1000);
            assertThat(client.read().first()).isZero();
        }
    }

    @Test
    void aCloseIsAnswered() throws Exception {
        try (WebSocketClient client = loggedIn("ws-bye")) {
            client.send(CLOSE, (byte) 0x03, (byte) 0xE9);
            Message answer = next(client);
            assertThat(answer.first()).isEqualTo(CLOSE);
            assertThat(answer.closeCode()).isEqualTo(1001);
            assertThat(client.read().first()).isZero();
            await().until(() -> !running.fleet.sessions.containsKey("ws-bye"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /v1/other HTTP/1.1        | Upgrade: websocket | 404 | path: /v1/other (expected: /v1/connect)",
                "POST /v1/connect HTTP/1.1     | Upgrade: websocket | 405 | method: POST (expected: GET)",
                "GET /v1/connect HTTP/1.1      | Accept: text/html  | 426 | no upgrade asked for",
                "GET /v1/connect HTTP/1.0      | Upgrade: websocket | 400 | HTTP/1.1, without a body",
                "GET /v1/connect HTTP/1.1      | Sec-WebSocket-Version: 8    | 426 | sec-websocket-version: 8",
                "GET /v1/connect HTTP/1.1      | Sec-WebSocket-Key: short    | 400 | sec-websocket-key",
                "GET /v1/connect HTTP/1.1      | Content-Length: 5           | 400 | without a body",
                "GET /v1/connect HTTP/1.1      | Origin: https://evil.example | 403 | origin: https://evil.example",
                "GET /v1/connect HTTP/1.1      | Sec-WebSocket-Protocol: mqtt | 400 | carillon.v1",
                "HELLO                         | Upgrade: websocket | 400 | not an HTTP request",
            })
    void aBadUpgradeIsAnsweredClearly(String line, String header, int status, String text) throws Exception {
        String name = header.substring(0, header.indexOf(':'));
        StringBuilder bad = new StringBuilder();
        for (String good : request().split("\r\n")) {
            boolean replaced = good.startsWith(name + ":")
                    || (status == 426 && good.startsWith("Upgrade:") && !header.contains("Version"));
            if (!replaced) {
                bad.append(good.startsWith("GET ") ? line : good).append("\r\n");
            }
        }
        try (WebSocketClient client = new WebSocketClient(running.port(0))) {
            String head = client.upgrade(bad + header + "\r\n\r\n");
            assertThat(head).startsWith("HTTP/1.1 " + status + " ").containsIgnoringCase("connection: close");
            assertThat(client.body()).contains(text);
        }
    }

    @Test
    void headersWithoutEndAreRefused() throws Exception {
        try (WebSocketClient client = new WebSocketClient(running.port(0))) {
            String head = client.upgrade(request("Cookie: " + "x".repeat(9000)));
            assertThat(head).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void anUpgradeThatTakesTooLongIsTimedOut() throws Exception {
        try (WebSocketClient silent = new WebSocketClient(running.port(0));
                WebSocketClient slow = new WebSocketClient(running.port(0));
                WebSocketClient mute = upgraded()) {
            slow.raw("GET /v1/connect HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(silent.head()).startsWith("HTTP/1.1 408 ");
            assertThat(slow.head()).startsWith("HTTP/1.1 408 ");
            Error error = Error.parseFrom(body(mute.read(), FrameType.ERROR));
            assertThat(error.getCode()).isEqualTo(ProtocolCode.LOGIN_TIMEOUT.wire());
            assertThat(mute.read().first()).isEqualTo(CLOSE);
        }
    }

    @Test
    void othersAreServedWhileOneFloods() throws Exception {
        try (WebSocketClient other = loggedIn("ws-other");
                WebSocketClient flood = loggedIn("ws-flood")) {
            for (int i = 0; i < 2000; i++) {
                flood.send(0x89, new byte[125]);
            }
            assertAlive(other);
        }
    }

    @Test
    void aClientOfTheJdkLogsInOverTls() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(certificate.store());
        context.init(null, trust.getTrustManagers(), new SecureRandom());
        BlockingQueue<ByteBuffer> received = new LinkedBlockingQueue<>();
        try (HttpClient http = HttpClient.newBuilder().sslContext(context).build()) {
            WebSocket socket = http.newWebSocketBuilder()
                    .subprotocols("carillon.v1")
                    .buildAsync(
                            URI.create("wss://localhost:" + running.port(1) + "/v1/connect"), new WebSocket.Listener() {
                                @Override
                                public @Nullable CompletionStage<?> onBinary(
                                        WebSocket from, ByteBuffer data, boolean last) {
                                    received.add(ByteBuffer.allocate(data.remaining())
                                            .put(data)
                                            .flip());
                                    from.request(1);
                                    return null;
                                }
                            })
                    .join();
            assertThat(socket.getSubprotocol()).isEqualTo("carillon.v1");
            socket.sendBinary(ByteBuffer.wrap(connect("ws-jdk")), true).join();
            ByteBuffer first = received.poll(20, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            long header = FrameHeader.parse(first, 1 << 20);
            assertThat(FrameHeader.type(header)).isEqualTo(FrameType.CONNECTED);
            assertThat(Connected.parseFrom(first).getBindings(0).getCode()).isZero();
            socket.sendPing(ByteBuffer.allocate(3)).join();
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            await().until(() -> !running.fleet.sessions.containsKey("ws-jdk"));
        }
    }
}

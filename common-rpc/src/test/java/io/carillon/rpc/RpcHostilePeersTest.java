package io.carillon.rpc;

import static io.carillon.rpc.Fixture.CONFIG;
import static io.carillon.rpc.Fixture.ECHO;
import static io.carillon.rpc.Fixture.LONG;
import static io.carillon.rpc.Fixture.SECRET;
import static io.carillon.rpc.Fixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.internal.PlatformDependent;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bytes from outside that are wrong in every way: before the hello by anyone, after it by a peer gone mad. */
@ExtendWith(Leaks.class)
class RpcHostilePeersTest {
    private final Fixture fixture = new Fixture();
    private final AtomicInteger refused = new AtomicInteger();
    private RpcServer server = unbound();
    private RpcPeer good = unbound();

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T unbound() {
        return null;
    }

    @BeforeEach
    void bind() throws Exception {
        server = fixture.bind(fixture.serverBuilder(CONFIG).observer(new RpcObserver() {
            @Override
            public void onHelloRefused(HelloRefusal reason) {
                refused.incrementAndGet();
            }
        }));
        good = fixture.connect(server);
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void randomBytesFromStrangersHarmNothing() throws Exception {
        Random random = new Random(42);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[1 + random.nextInt(3000)];
            random.nextBytes(garbage);
            if (i % 2 == 0) {
                // A length that is plausible, so that the frame itself is looked at.
                Arrays.fill(garbage, 1, Math.min(4, garbage.length), (byte) 0);
            }
            try (Socket socket = connect()) {
                writeQuietly(socket, garbage);
            }
        }
        assertServesStill();
        assertThat(server.connections()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(refused.get()).isPositive());
    }

    @Test
    void hostileLengthsBeforeTheHelloCloseTheConnectionWithoutBuffering() throws Exception {
        for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, Wire.HELLO_FRAME_BYTES_MAX + 1}) {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(frameHead(length));
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
        await().untilAsserted(() -> assertThat(refused).hasValue(5));
        assertServesStill();
    }

    @Test
    void hostileLengthsAfterTheHelloCloseThatConnectionAlone() throws Exception {
        for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, CONFIG.frameBytesMax() + 1}) {
            try (Socket socket = hello()) {
                socket.getOutputStream().write(frameHead(length));
                awaitEnd(socket);
            }
        }
        await().until(() -> server.connections() == 1);
        assertServesStill();
    }

    @Test
    void anAnnouncedLengthReservesNoMemory() throws Exception {
        long before = PlatformDependent.usedDirectMemory();
        Socket[] sockets = new Socket[32];
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = hello();
            sockets[i].getOutputStream().write(frameHead(CONFIG.frameBytesMax()));
            sockets[i].getOutputStream().write(Wire.REQUEST);
        }
        assertServesStill();
        // 512 MiB were announced. What is used is the allocator's arenas.
        assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(64 << 20);
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void randomFramesAfterTheHelloHarmNobodyElse() throws Exception {
        Random random = new Random(43);
        byte[] types = {
            Wire.REQUEST, Wire.ANSWER, Wire.FAILURE, Wire.PING, Wire.PONG, Wire.GOING, Wire.HELLO, Wire.PROOF, 0, -1
        };
        for (int i = 0; i < 100; i++) {
            try (Socket socket = hello()) {
                for (int j = 0; j < 20; j++) {
                    byte[] body = new byte[random.nextInt(200)];
                    random.nextBytes(body);
                    if (body.length > 9) {
                        // ECHO's id, so that bodies are parsed.
                        body[8] = 1;
                        body[9] = 0;
                    }
                    ByteBuf frame = Unpooled.buffer();
                    frame.writeIntLE(body.length + 1)
                            .writeByte(types[random.nextInt(random.nextInt(3) == 0 ? types.length : 1)])
                            .writeBytes(body);
                    writeQuietly(socket, Arrays.copyOf(frame.array(), frame.readableBytes()));
                }
            }
        }
        assertServesStill();
        await().until(() -> server.connections() == 1);
    }

    @Test
    void framesThatComeByteByByteAreRead() throws Exception {
        try (Socket socket = hello()) {
            ByteBuf frame = Unpooled.buffer();
            frame.writeIntLE(Wire.REQUEST_HEAD_BYTES + 3)
                    .writeByte(Wire.REQUEST)
                    .writeLongLE(77)
                    .writeShortLE(ECHO.id())
                    .writeIntLE(5_000_000)
                    .writeIntLE(Wire.stampUs(System.nanoTime()))
                    .writeBytes(text("y").toByteArray());
            socket.setTcpNoDelay(true);
            for (int i = 0; i < frame.readableBytes(); i++) {
                socket.getOutputStream().write(frame.getByte(i));
                socket.getOutputStream().flush();
            }
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[4 + Wire.ANSWER_HEAD_BYTES + 3];
            in.readFully(answer);
            assertThat(answer[4]).isEqualTo(Wire.ANSWER);
            assertThat(Unpooled.wrappedBuffer(answer).getLongLE(5)).isEqualTo(77);
        }
    }

    @Test
    void aReplayedProofIsRefused() throws Exception {
        Secret secret = new Secret(SECRET);
        byte[] statement = HelloCodec.statement(0, Fixture.CALLER);
        byte[] nonce = secret.nonce();
        byte[] recorded = null;
        for (int i = 0; i < 2; i++) {
            try (Socket socket = connect()) {
                write(socket, Wire.HELLO, HelloCodec.hello(Wire.VERSION, nonce));
                byte[] challenge = read(socket);
                byte[] serverNonce = Arrays.copyOfRange(challenge, 3, challenge.length);
                if (recorded == null) {
                    recorded = HelloCodec.joined(
                            secret.prove(Secret.CALLER, Wire.VERSION, nonce, serverNonce, statement), statement);
                }
                write(socket, Wire.PROOF, recorded);
                assertThat(read(socket)[0]).isEqualTo(i == 0 ? Wire.WELCOME : Wire.REFUSED);
            }
        }
    }

    @Test
    void aStrangerWhoSaysNothingIsClosed() throws Exception {
        RpcServer hasty = fixture.bind(
                fixture.serverBuilder(CONFIG.withTimeouts(Duration.ofSeconds(30), Duration.ofMillis(100))));
        try (Socket socket =
                new Socket(hasty.address().getAddress(), hasty.address().getPort())) {
            byte[] refusal = read(socket);
            assertThat(refusal[0]).isEqualTo(Wire.REFUSED);
            assertThat(HelloRefusal.of(refusal[1])).isEqualTo(HelloRefusal.TIMEOUT);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aCallerWhoDoesNotReadItsAnswersIsClosedAndCostsBoundedMemory() throws Exception {
        RpcServer watchful =
                fixture.bind(fixture.serverBuilder(CONFIG.withPings(Duration.ofMillis(50), Duration.ofSeconds(2))));
        long before = PlatformDependent.usedDirectMemory();
        try (Socket socket = hello(watchful)) {
            ByteBuf frame = Unpooled.buffer();
            byte[] body = Fixture.bytes(60_000).toByteArray();
            frame.writeIntLE(Wire.REQUEST_HEAD_BYTES + body.length)
                    .writeByte(Wire.REQUEST)
                    .writeLongLE(1)
                    .writeShortLE(Fixture.BYTES.id())
                    .writeIntLE(60_000_000)
                    .writeIntLE(0)
                    .writeBytes(body);
            byte[] request = Arrays.copyOf(frame.array(), frame.readableBytes());
            CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 10_000; i++) {
                    write(socket, request);
                }
            });
            assertThatThrownBy(() -> closed.get(60, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
            await().until(() -> watchful.connections() == 0);
        }
        assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(32 << 20);
    }

    private void assertServesStill() throws Exception {
        assertThat(good.call(ECHO, text("still"), LONG).get(60, TimeUnit.SECONDS))
                .isEqualTo(text("still"));
    }

    private Socket connect() throws IOException {
        return connect(server);
    }

    private static Socket connect(RpcServer to) throws IOException {
        InetSocketAddress address = to.address();
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** A socket behind a proper hello. */
    private Socket hello() throws IOException {
        return hello(server);
    }

    private static Socket hello(RpcServer to) throws IOException {
        Secret secret = new Secret(SECRET);
        Socket socket = connect(to);
        byte[] nonce = secret.nonce();
        write(socket, Wire.HELLO, HelloCodec.hello(Wire.VERSION, nonce));
        byte[] challenge = read(socket);
        byte[] statement = HelloCodec.statement(0, Fixture.CALLER);
        byte[] proof = secret.prove(
                Secret.CALLER, Wire.VERSION, nonce, Arrays.copyOfRange(challenge, 3, challenge.length), statement);
        write(socket, Wire.PROOF, HelloCodec.joined(proof, statement));
        assertThat(read(socket)[0]).isEqualTo(Wire.WELCOME);
        return socket;
    }

    private static byte[] frameHead(int length) {
        return Unpooled.buffer(4).writeIntLE(length).array();
    }

    private static void write(Socket socket, byte type, byte[] rest) throws IOException {
        socket.getOutputStream().write(frameHead(rest.length + 1));
        socket.getOutputStream().write(type);
        socket.getOutputStream().write(rest);
    }

    private static byte[] read(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] frame = new byte[Integer.reverseBytes(in.readInt())];
        in.readFully(frame);
        return frame;
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeQuietly(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException closedByTheServer) {
            // As it may.
        }
    }

    private static void awaitEnd(Socket socket) throws IOException {
        byte[] buffer = new byte[1024];
        try {
            while (socket.getInputStream().read(buffer) >= 0) {
                // Pings may come before the end.
            }
        } catch (SocketException reset) {
            // An end too.
        }
    }
}

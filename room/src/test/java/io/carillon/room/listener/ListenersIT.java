package io.carillon.room.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Busy;
import io.carillon.room.admission.Admission;
import io.carillon.room.admission.AdmissionLimits;
import io.carillon.room.admission.MemoryWatch;
import io.carillon.room.admission.RefusalReason;
import io.carillon.room.admission.Visit;
import io.carillon.room.connection.NettyLoop;
import io.carillon.rpc.Transports;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.discovery.NodeRecord.Advertised;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenersIT {
    private static final String BEHIND_PROXY = "proxies-trusted: [127.0.0.0/8]";

    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "listeners");
    private final NettyLoop loop =
            new NettyLoop(0, (EventLoop) loops.iterator().next(), System::nanoTime, System::currentTimeMillis);
    private final Queue<RefusalReason> refused = new ConcurrentLinkedQueue<>();
    private final Queue<TlsOutcome> handshakes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile @Nullable Channel accepted;
    private @Nullable Admission admission;
    private final Listeners listeners = listeners(Duration.ofSeconds(60));

    private Listeners listeners(Duration handshakeTimeout) {
        return new Listeners(loops, door(), new WriteBufferWaterMark(32 << 10, 128 << 10), handshakeTimeout);
    }

    private Door door() {
        return new Door() {
            @Override
            public Admission.Arrival arrive(Channel channel, InetAddress address, boolean exempt) {
                return admission().arrive(loop, address, exempt);
            }

            @Override
            public ChannelHandler newConnection(Channel channel, Duration beforeLogin, Visit visit) {
                accepted = channel;
                return new Echo(visit);
            }

            @Override
            public void refused(RefusalReason reason) {
                admission().count(reason);
            }

            @Override
            public void handshaken(TlsOutcome outcome) {
                handshakes.add(outcome);
            }
        };
    }

    private synchronized Admission admission() {
        if (admission == null) {
            limit("{}");
        }
        return Objects.requireNonNull(admission);
    }

    /** Its clock stands still, so that no token comes back however long a test takes. */
    private synchronized void limit(String limits) {
        admission = new Admission(
                ConfigLoader.parse(AdmissionLimits.class, limits),
                new Admission.Surroundings(
                        1000, connections::get, () -> 0, new MemoryWatch(1), () -> 0, () -> 0.5, refused::add),
                List.of(loop));
    }

    /** A connection that is logged in when it has said "!", and says what it is told. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        private final Visit visit;

        Echo(Visit visit) {
            this.visit = visit;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            if (in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '!') >= 0) {
                visit.loggedIn();
            }
            ctx.writeAndFlush(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            visit.left();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @AfterEach
    void close() {
        listeners.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static ListenerConfig config(String yaml) {
        return ConfigLoader.parse(
                ListenerConfig.class,
                "bind: 127.0.0.1:0\nadvertised-host: push.example\nadvertised-port: 443\n" + yaml);
    }

    private int bind(String yaml) throws Exception {
        return bind(listeners, yaml);
    }

    private static int bind(Listeners listeners, String yaml) throws Exception {
        listeners.bind(ConfigLoader.parse(ListenerConfig.class, "bind: 127.0.0.1:0\n" + yaml));
        return listeners.advertised().getLast().port();
    }

    private static void assertEchoes(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        assertThat(new String(in.readNBytes(5), StandardCharsets.US_ASCII)).isEqualTo("hello");
    }

    @Test
    void advertisesWhatTheOperatorSays() throws Exception {
        listeners.bind(config("transport: tcp"));
        assertThat(listeners.advertised()).containsExactly(new Advertised("tcp", "push.example", 443));
    }

    @Test
    void namesTheAddressThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            ListenerConfig config = ConfigLoader.parse(ListenerConfig.class, "bind: 127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> listeners.bind(config))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("listeners: can't listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void speaksTls13AndNoOlder(@TempDir Path directory) throws Exception {
        TestCertificate made = TestCertificate.make(directory);
        String certificate = made.certificate().toString();
        String key = made.privateKey().toString();
        int port = bind("transport: tls\ncertificate: " + certificate + "\nprivate-key: " + key);
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(made.store());
        context.init(null, trust.getTrustManagers(), new SecureRandom());

        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            assertEchoes(socket);
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
        }
        Listeners strict = listeners(Duration.ofMillis(500));
        int strictPort = bind(strict, "transport: tls\ncertificate: " + certificate + "\nprivate-key: " + key);
        try (Socket mute = new Socket(InetAddress.getLoopbackAddress(), strictPort)) {
            mute.setSoTimeout(20_000);
            assertThat(isClosed(mute)).isTrue();
        } finally {
            strict.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdk", "openssl"})
    void resumesASessionOfAClientThatComesBack(String engine, @TempDir Path directory) throws Exception {
        TestCertificate made = TestCertificate.make(directory);
        int port = bind("transport: tls\ncertificate: " + made.certificate() + "\nprivate-key: " + made.privateKey()
                + "\ntls-engine: " + engine);
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(made.store());
        context.init(null, trust.getTrustManagers(), new SecureRandom());

        long first = sessionBegan(context, port);
        await().until(() -> System.currentTimeMillis() > first + 1);
        assertThat(sessionBegan(context, port)).isEqualTo(first);
        assertThat(handshakes).containsExactly(TlsOutcome.FULL, TlsOutcome.RESUMED);

        SSLContext another = SSLContext.getInstance("TLS");
        another.init(null, trust.getTrustManagers(), new SecureRandom());
        sessionBegan(another, port);
        assertThat(handshakes).as("with no ticket").endsWith(TlsOutcome.FULL);

        SSLContext distrustful = SSLContext.getInstance("TLS");
        distrustful.init(null, null, new SecureRandom());
        assertThatThrownBy(() -> sessionBegan(distrustful, port)).isInstanceOf(IOException.class);
        await().untilAsserted(() -> assertThat(handshakes).endsWith(TlsOutcome.FAILED));
    }

    /** When the session of a connection was first made, which is before it where it is resumed. */
    private static long sessionBegan(SSLContext context, int port) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            assertEchoes(socket);
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            return socket.getSession().getCreationTime();
        }
    }

    @Test
    void takesTheClientsAddressFromATrustedProxy() throws Exception {
        int port = bind(BEHIND_PROXY);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write("PROXY TCP4 203.0.113.9 127.0.0.1 40000 443\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEchoes(socket);
            Channel channel = Objects.requireNonNull(accepted);
            assertThat(ClientAddress.of(channel).getHostAddress()).isEqualTo("203.0.113.9");
        }
    }

    @Test
    void takesNobodyElsesWordForIt() throws Exception {
        int port = bind("proxies-trusted: [192.0.2.0/24, '2001:db8::/32']");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertEchoes(socket);
            assertThat(ClientAddress.of(Objects.requireNonNull(accepted)).getHostAddress())
                    .isEqualTo("127.0.0.1");
        }
    }

    /** A connection from an address that a trusted proxy tells. */
    private static Socket from(String address, int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("PROXY TCP4 " + address + " 127.0.0.1 40000 443\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static Busy busy(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        assertThat(in.read()).isEqualTo(FrameType.BUSY);
        Busy busy = Busy.parseFrom(in.readNBytes(in.read()));
        assertThat(in.read()).isEqualTo(-1);
        return busy;
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void tellsAnAddressThatConnectsTooOftenWhenToComeBack() throws Exception {
        limit("{accept-per-address: 2}");
        int port = bind(BEHIND_PROXY);
        for (int i = 0; i < 2; i++) {
            try (Socket socket = from("203.0.113.9", port)) {
                assertEchoes(socket);
            }
        }
        try (Socket third = from("203.0.113.9", port);
                Socket other = from("203.0.113.10", port)) {
            // It speaks at once, as clients do: what it is told must not get lost for that.
            third.getOutputStream().write(new byte[100]);
            Busy busy = busy(third);
            assertThat(busy.getRetryAfterMs()).isBetween(500, 1500);
            assertThat(busy.getReason()).isEqualTo("too many connections from this address");
            assertEchoes(other);
        }
        assertThat(refused).containsExactly(RefusalReason.ADDRESS);
    }

    @Test
    void boundsTheConnectionsOfAnAddressThatAreNotLoggedIn() throws Exception {
        limit("{unauthenticated-per-address-max: 2}");
        int port = bind(BEHIND_PROXY);
        try (Socket first = from("203.0.113.9", port);
                Socket second = from("203.0.113.9", port)) {
            await().until(() -> admission().visitors() == 2);
            try (Socket third = from("203.0.113.9", port)) {
                busy(third);
            }
            second.getOutputStream().write('!');
            await().until(() -> admission().visitors() == 1);
            try (Socket third = from("203.0.113.9", port)) {
                assertEchoes(third);
            }
            assertEchoes(first);
        }
        assertThat(refused).containsExactly(RefusalReason.UNAUTHENTICATED_OF_ADDRESS);
        await().until(() -> admission().visitors() == 0);
    }

    @Test
    void refusesBeforeTls(@TempDir Path directory) throws Exception {
        TestCertificate made = TestCertificate.make(directory);
        int port = bind("transport: tls\ncertificate: " + made.certificate() + "\nprivate-key: " + made.privateKey());
        connections.set(1000);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            assertThat(isClosed(socket)).isTrue();
        }
        assertThat(refused).containsExactly(RefusalReason.FULL);
    }

    @Test
    void handshakesWaitForTheirTurnAndSlowOnesLoseIt() throws Exception {
        limit("{handshakes-max: 1, handshake-patience: 300ms}");
        int port = bind("transport: tcp");
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket slow = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket second = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket third = new Socket(InetAddress.getLoopbackAddress(), port)) {
            slow.setSoTimeout(20_000);
            slow.getOutputStream().write('a');
            assertThat(slow.getInputStream().read()).isEqualTo('a');
            second.getOutputStream().write('!');
            third.setSoTimeout(20_000);
            third.getOutputStream().write('!');
            assertThat(third.getInputStream().read()).isEqualTo('!');
            assertThat(second.getInputStream().read()).isEqualTo('!');
            assertThat(isClosed(slow)).isTrue();
            silent.getOutputStream().write('!');
            assertThat(silent.getInputStream().read()).isEqualTo('!');
        }
        assertThat(refused).containsExactly(RefusalReason.HANDSHAKE);
    }

    @Test
    void letsInWhomItsListsSayAndHearsOfChanges(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("access"), "deny 203.0.113.0/24 # for a while\n\n");
        int port = bind(BEHIND_PROXY + "\nallow: [203.0.113.0/24, 198.51.100.0/24]\naccess-file: " + file);
        try (Socket denied = from("203.0.113.9", port);
                Socket allowed = from("198.51.100.9", port);
                Socket unknown = from("192.0.2.9", port)) {
            assertThat(isClosed(denied)).isTrue();
            assertThat(isClosed(unknown)).isTrue();
            assertEchoes(allowed);
        }
        assertThat(refused).containsExactly(RefusalReason.DENIED, RefusalReason.DENIED);

        Files.writeString(file, "deny 203.0.113.0/33");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
        listeners.look();
        try (Socket denied = from("203.0.113.9", port)) {
            assertThat(isClosed(denied)).isTrue();
        }
        Files.writeString(file, "deny 198.51.100.9");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
        listeners.look();
        try (Socket denied = from("198.51.100.9", port);
                Socket allowed = from("203.0.113.9", port)) {
            assertThat(isClosed(denied)).isTrue();
            assertEchoes(allowed);
        }
    }

    @Test
    void aProxyThatNeverSaysForWhomItSpeaksIsCutOff() throws Exception {
        Listeners strict = listeners(Duration.ofMillis(500));
        int port = bind(strict, BEHIND_PROXY);
        try (Socket mute = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket other = new Socket(InetAddress.getLoopbackAddress(), port)) {
            mute.setSoTimeout(20_000);
            other.setSoTimeout(20_000);
            other.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(isClosed(mute)).isTrue();
            assertThat(isClosed(other)).isTrue();
        } finally {
            strict.close();
        }
        assertThat(accepted).isNull();
    }

    @Test
    void refusesAConfigurationThatCannotBe() {
        assertThatThrownBy(() -> config("transport: quic")).hasMessageContaining("transport: quic");
        assertThatThrownBy(() -> config("transport: tls")).hasMessageContaining("certificate: none");
        assertThatThrownBy(() -> config("transport: wss")).hasMessageContaining("certificate: none");
        assertThatThrownBy(() -> config("proxies-trusted: [10.0.0.0/99]")).hasMessageContaining("10.0.0.0/99");
        assertThatThrownBy(() -> config("proxies-trusted: [proxy.example]")).hasMessageContaining("proxy.example");
        assertThatThrownBy(() -> config("deny: [10.0.0.0/99]")).hasMessageContaining("deny: 10.0.0.0/99");
        assertThatThrownBy(() -> listeners.bind(config("transport: tls\ncertificate: /does/not/exist\nprivate-key: x")))
                .hasMessageContaining("certificate: /does/not/exist (expected: a readable file)");
        assertThatThrownBy(() -> listeners.bind(config("access-file: /does/not/exist")))
                .hasMessageContaining("access-file: /does/not/exist (expected: a readable file)");
        assertThat(ConfigLoader.defaults(ListenerConfig.class).transport()).isEqualTo("tcp");
    }
}

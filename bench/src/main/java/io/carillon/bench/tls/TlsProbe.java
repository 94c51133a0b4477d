package io.carillon.bench.tls;

import io.carillon.bench.sample.ProcFiles;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One row of {@link TlsCosts}, in a process of its own: prints {@code name=figure} lines. */
final class TlsProbe {
    private static final int WARM_UP = 3_000;
    private static final int MEASURED = 3_000;
    private static final int FEW = 2_000;
    private static final int MANY = 6_000;
    /** A server that sends its certificate says more than this in its first flight. */
    private static final int RESUMED_BYTES_MAX = 450;

    private final @Nullable SslContext server;
    private final SslContext client;
    /** Of connections; each has another name, but for those that are to resume. */
    private int made;

    /** What the server took. */
    private long serverNs;
    /** Of the server's first flight. */
    private int serverBytes;

    private TlsProbe(TlsEngine engine, Path certificates) throws SSLException {
        server = engine.server(certificates);
        client = client(certificates);
    }

    private static SslContext client(Path certificates) throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(certificates.resolve("room.crt.pem").toFile())
                .endpointIdentificationAlgorithm(null)
                .protocols("TLSv1.3")
                .build();
    }

    /** @param client null: it is gone, or there is none */
    private record Connection(
            EmbeddedChannel server, @Nullable EmbeddedChannel client) {}

    public static void main(String[] args) throws IOException {
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        TlsProbe probe = new TlsProbe(TlsEngine.valueOf(args[0]), Path.of(args[2]));
        if (args[1].equals("memory")) {
            probe.memory();
        } else {
            probe.handshakes();
        }
    }

    // ---- time

    private void handshakes() {
        if (server == null) {
            return;
        }
        print("full_us", time(false));
        print("resumed_us", time(true));
    }

    private double time(boolean resumed) {
        for (int i = 0; i < WARM_UP; i++) {
            end(connect(resumed));
        }
        serverNs = 0;
        for (int i = 0; i < MEASURED; i++) {
            end(connect(resumed));
            if (serverBytes < RESUMED_BYTES_MAX != resumed) {
                throw new IllegalStateException(
                        "the server's first flight: " + serverBytes + " bytes, resumed " + resumed);
            }
        }
        return serverNs / 1e3 / MEASURED;
    }

    // ---- memory

    private void memory() throws IOException {
        List<EmbeddedChannel> idle = new ArrayList<>(MANY);
        add(idle, FEW);
        long heapFew = heap();
        long rssFew = rss();
        add(idle, MANY);
        long heapMany = heap();
        long rssMany = rss();
        print("heap_bytes", (double) (heapMany - heapFew) / (MANY - FEW));
        print("native_bytes", (double) (rssMany - rssFew) / (MANY - FEW));
        if (idle.size() != MANY) {
            throw new IllegalStateException("connections: " + idle.size());
        }
    }

    private void add(List<EmbeddedChannel> idle, int upTo) {
        while (idle.size() < upTo) {
            Connection one = connect(false);
            if (one.client != null) {
                one.client.finishAndReleaseAll();
            }
            idle.add(one.server);
        }
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            ManagementFactory.getMemoryMXBean().gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long rss() throws IOException {
        return ProcFiles.sample(List.of(ProcessHandle.current().pid())).rssBytes();
    }

    // ---- a connection

    /** Both sides, the handshake done and its tickets taken. */
    private Connection connect(boolean resume) {
        if (server == null) {
            return new Connection(new EmbeddedChannel(), null);
        }
        // Sessions are found by the name.
        String name = resume ? "room" : "room-" + made++;
        EmbeddedChannel theirs =
                new EmbeddedChannel(new SslHandler(client.newEngine(ByteBufAllocator.DEFAULT, name, 1)));
        long beganNs = System.nanoTime();
        EmbeddedChannel ours = new EmbeddedChannel(server.newHandler(ByteBufAllocator.DEFAULT));
        serverNs += System.nanoTime() - beganNs;
        int flight = 0;
        int rounds = 0;
        boolean moved = true;
        while (moved) {
            moved = pass(theirs, ours, true) > 0;
            int bytes = pass(ours, theirs, false);
            if (rounds++ == 0) {
                flight = bytes;
            }
            moved |= bytes > 0;
        }
        serverBytes = flight;
        if (!ours.pipeline().get(SslHandler.class).handshakeFuture().isSuccess()) {
            throw new IllegalStateException(
                    "no handshake",
                    ours.pipeline().get(SslHandler.class).handshakeFuture().cause());
        }
        return new Connection(ours, theirs);
    }

    /** Bytes that went from one to the other. */
    private int pass(EmbeddedChannel from, EmbeddedChannel to, boolean serverWorks) {
        int bytes = 0;
        for (ByteBuf next = from.readOutbound(); next != null; next = from.readOutbound()) {
            bytes += next.readableBytes();
            long beganNs = System.nanoTime();
            to.writeInbound(next);
            serverNs += serverWorks ? System.nanoTime() - beganNs : 0;
        }
        for (Object read = to.readInbound(); read != null; read = to.readInbound()) {
            ReferenceCountUtil.release(read);
        }
        return bytes;
    }

    /** With a goodbye from both sides: what ends without one is not resumed. */
    private void end(Connection connection) {
        EmbeddedChannel theirs = connection.client;
        if (theirs != null) {
            var unused = theirs.pipeline().get(SslHandler.class).closeOutbound();
            var unusedToo = connection.server.pipeline().get(SslHandler.class).closeOutbound();
            pass(connection.server, theirs, false);
            theirs.finishAndReleaseAll();
        }
        connection.server.finishAndReleaseAll();
    }

    private static void print(String name, double figure) {
        System.out.printf(Locale.ROOT, "%s=%.0f%n", name, figure);
    }
}

package io.carillon.rpc;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection of a peer: connects, says hello, and begins again when it is lost, after a wait drawn between 0 and a
 * bound that doubles ("full jitter"). Confined to its event loop, but for its start.
 */
final class PeerSlot {
    private static final Logger log = LoggerFactory.getLogger(PeerSlot.class);

    /** Unwritten bytes at which a channel counts as full, and as drained again. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    /** A connection that lived less counts as failed, so that one which is always lost at once is not made in a loop. */
    private static final long SETTLED_NS = 1_000_000_000L;

    private final RpcClient client;
    private final OpenPeer peer;
    private final EventLoop loop;
    private @Nullable Channel channel;
    private @Nullable FrameReader reader;
    private @Nullable FrameWriter writer;
    private @Nullable ScheduledFuture<?> helloTimeout;
    private int failures;
    private boolean everUp;
    private boolean complained;
    private long upNs;
    private boolean closed;

    PeerSlot(RpcClient client, OpenPeer peer, EventLoop loop) {
        this.client = client;
        this.peer = peer;
        this.loop = loop;
    }

    RpcClient client() {
        return client;
    }

    /** Any thread. */
    void start() {
        loop.execute(this::connect);
    }

    /** Any thread. */
    void close() {
        try {
            loop.execute(this::closeNow);
        } catch (RejectedExecutionException ended) {
            log.debug("rpc connection of peer={} has ended with its event loop", peer.name());
        }
    }

    private void closeNow() {
        closed = true;
        if (channel != null) {
            channel.close();
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        RpcConfig config = client.config();
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(Transports.clientChannelClass())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        config.connectTimeout().toMillis())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel created) {
                        channel = created;
                    }
                })
                .connect(peer.address());
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                onConnected(connecting.channel());
            } else {
                onConnectFailed(done.cause());
            }
        });
    }

    private void onConnected(Channel connected) {
        if (closed) {
            connected.close();
            return;
        }
        FrameWriter out = new FrameWriter(connected);
        ClientHello hello = new ClientHello(this, connected, out);
        FrameReader in = new FrameReader(hello, Wire.HELLO_FRAME_BYTES_MAX);
        writer = out;
        reader = in;
        connected.pipeline().addLast(in);
        helloTimeout = loop.schedule(
                () -> {
                    log.warn("rpc hello timed out peer={} remote={}", peer.name(), connected.remoteAddress());
                    connected.close();
                },
                client.config().helloTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
        hello.start();
    }

    private void onConnectFailed(Throwable cause) {
        boolean refused = cause instanceof ConnectException && !(cause instanceof ConnectTimeoutException);
        log.debug("rpc connect failed peer={} address={} cause={}", peer.name(), peer.address(), cause.toString());
        peer.onUnreachable(refused);
        reconnect();
    }

    void onWelcome(ClientLink.Welcome welcome) {
        Channel connected = channel;
        FrameReader in = reader;
        FrameWriter out = writer;
        if (connected == null || in == null || out == null) {
            return;
        }
        cancelHelloTimeout();
        ClientLink link = new ClientLink(this, peer, connected, in, out, welcome);
        in.become(link, client.config().frameBytesMax());
        link.start();
        upNs = client.environment().nanoTime().getAsLong();
        complained = false;
        client.observer().onConnected(peer.name(), everUp);
        everUp = true;
        peer.onLinkUp(link);
    }

    /** The connection ended before its hello did. */
    void onHelloLost() {
        cancelHelloTimeout();
        peer.onUnreachable(false);
        reconnect();
    }

    void onGoing(ClientLink link) {
        peer.onLinkDown(link);
    }

    void onLinkClosed(ClientLink link) {
        peer.onLinkDown(link);
        if (client.environment().nanoTime().getAsLong() - upNs > SETTLED_NS) {
            failures = 0;
        }
        reconnect();
    }

    void onHelloRefused(SocketAddress remote, String why) {
        if (!complained) {
            complained = true;
            log.error("rpc hello failed peer={} remote={} why=\"{}\"", peer.name(), remote, why);
        }
    }

    void onBadFrame(SocketAddress remote, String what) {
        log.warn("rpc connection closed, the peer broke the protocol peer={} remote={} {}", peer.name(), remote, what);
    }

    void onSilent(SocketAddress remote) {
        log.warn(
                "rpc connection closed, the peer is silent peer={} remote={} limit={}",
                peer.name(),
                remote,
                client.config().silenceLimit());
    }

    private void cancelHelloTimeout() {
        if (helloTimeout != null) {
            helloTimeout.cancel(false);
        }
    }

    private void reconnect() {
        channel = null;
        if (closed || loop.isShuttingDown()) {
            return;
        }
        client.observer().onDisconnected(peer.name());
        long leastNs = client.config().reconnectMin().toNanos();
        long mostNs = client.config().reconnectMax().toNanos();
        long boundNs = failures >= 30 ? mostNs : Math.min(mostNs, leastNs << Math.min(failures, 20));
        failures++;
        long waitNs = (long) (client.environment().random().getAsDouble() * Math.max(boundNs, leastNs));
        loop.schedule(this::connect, waitNs, TimeUnit.NANOSECONDS);
    }
}

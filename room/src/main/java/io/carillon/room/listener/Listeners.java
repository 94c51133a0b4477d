package io.carillon.room.listener;

import io.carillon.rpc.Transports;
import io.carillon.runtime.discovery.NodeRecord.Advertised;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.bootstrap.ServerBootstrapConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.AttributeKey;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on the configured addresses and puts a handler on each connection that comes. */
public final class Listeners implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private static final int BACKLOG = 4096;
    private static final int TCP_USER_TIMEOUT_MS = 60_000;
    private static final long TCP_NOTSENT_LOWAT_BYTES = 16 << 10;
    private static final int READ_BYTES_MIN = 64;
    private static final int READ_BYTES_START = 512;
    private static final int READ_BYTES_MAX = 32 << 10;

    /** Of the listening channel, which is the parent of all that came by it: a word of ListenerConfig's. */
    private static final AttributeKey<String> TRANSPORT = AttributeKey.valueOf("carillon.transport");

    private final EventLoopGroup loops;
    private final Door door;
    private final WriteBufferWaterMark waterMark;
    private final Duration handshakeTimeout;
    private final List<Entrance> entrances = new CopyOnWriteArrayList<>();
    private final List<Channel> bound = new ArrayList<>();
    private final List<Advertised> advertised = new ArrayList<>();
    /** Of the first listener. */
    private volatile @Nullable ServerBootstrapConfig first;

    public Listeners(EventLoopGroup loops, Door door, WriteBufferWaterMark waterMark, Duration handshakeTimeout) {
        this.loops = loops;
        this.door = door;
        this.waterMark = waterMark;
        this.handshakeTimeout = handshakeTimeout;
    }

    /** @throws BindException naming the listener whose address can't be had */
    public synchronized void bind(ListenerConfig config) throws BindException, InterruptedException {
        Entrance entrance = new Entrance(config, door, handshakeTimeout);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops, loops)
                .channel(Transports.serverChannelClass())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .attr(TRANSPORT, config.transport())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new LoopReads(READ_BYTES_MIN, READ_BYTES_START, READ_BYTES_MAX))
                .childHandler(entrance);
        if (Transports.serverChannelClass() == EpollServerSocketChannel.class) {
            bootstrap
                    .childOption(EpollChannelOption.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
                    .childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, TCP_NOTSENT_LOWAT_BYTES);
        }
        ChannelFuture future = bootstrap.bind(config.bind().toSocketAddress()).await();
        if (!future.isSuccess()) {
            entrance.close();
            BindException failure = new BindException("listeners: can't listen on " + config.bind() + " ("
                    + future.cause().getMessage() + ")");
            failure.initCause(future.cause());
            throw failure;
        }
        bound.add(future.channel());
        first = first == null ? bootstrap.config() : first;
        entrances.add(entrance);
        Advertised told =
                advertisedBy(config, (InetSocketAddress) future.channel().localAddress());
        advertised.add(told);
        log.info("listening transport={} bind={} advertised={}", config.transport(), config.bind(), told);
    }

    /**
     * Takes a channel that no listener has accepted, exactly as the first listener takes those that it accepts: its options, its
     * handlers, the next of its loops. Any thread.
     *
     * @param channel not registered yet
     * @throws IllegalStateException where nothing is listened on
     */
    @SuppressWarnings("unchecked") // an option and its value come from one map
    public void take(Channel channel) {
        ServerBootstrapConfig listener = first;
        if (listener == null) {
            throw new IllegalStateException("listeners: 0 (expected: one that is bound)");
        }
        for (Map.Entry<ChannelOption<?>, Object> option :
                listener.childOptions().entrySet()) {
            channel.config().setOption((ChannelOption<Object>) option.getKey(), option.getValue());
        }
        channel.pipeline().addLast(listener.childHandler());
        listener.childGroup().register(channel);
    }

    /** Reads lists of networks again that have changed; to be called about once a second, by one thread. */
    public void look() {
        entrances.forEach(Entrance::look);
    }

    private static Advertised advertisedBy(ListenerConfig config, InetSocketAddress bound) {
        String host = config.advertisedHost();
        if (host.isEmpty()) {
            host = bound.getAddress().isAnyLocalAddress()
                    ? ownHost()
                    : config.bind().host();
        }
        int port = config.advertisedPort() == 0 ? bound.getPort() : config.advertisedPort();
        return new Advertised(config.transport(), host, port);
    }

    private static String ownHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }
    }

    /** How a client came: the transport of its listener, empty where it came by none. */
    public static String transportOf(Channel connection) {
        Channel listener = connection.parent();
        String transport = listener == null ? null : listener.attr(TRANSPORT).get();
        return transport == null ? "" : transport;
    }

    /** Where clients reach this room, in the order of the binds. */
    public List<Advertised> advertised() {
        return List.copyOf(advertised);
    }

    /** Takes no more connections; those that are stay. */
    @Override
    public synchronized void close() {
        bound.forEach(channel -> channel.close().awaitUninterruptibly());
        bound.clear();
        entrances.forEach(Entrance::close);
    }
}

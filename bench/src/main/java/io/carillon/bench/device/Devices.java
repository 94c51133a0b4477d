package io.carillon.bench.device;

import io.carillon.protocol.PushFrame;
import io.carillon.rpc.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Many devices in one process, spread evenly over the rooms' addresses and over source addresses in 127/8. A bounded
 * number of them logs in at the same time. Thread-safe.
 */
public final class Devices implements AutoCloseable {
    /** Sockets of one process: below the usual limit of 20,000 open files. */
    public static final int PER_PROCESS_MAX = 19_000;

    private static final int LOGINS_IN_FLIGHT = 128;
    /** Ports that one source address gives to one room, with room to spare. */
    private static final int PER_SOURCE_ADDRESS = 5_000;

    private final String prefix;
    private final DeviceTokens tokens;
    private final List<InetSocketAddress> rooms;
    private final DeviceEvents events;
    private final @Nullable SslContext tls;
    private final EventLoopGroup loops;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Semaphore logins = new Semaphore(LOGINS_IN_FLIGHT);
    private final AtomicInteger connected = new AtomicInteger();
    private final Map<String, AtomicInteger> losses = new ConcurrentHashMap<>();
    private volatile boolean closing;

    /**
     * @param prefix of the users' names, unique to the run
     * @param rooms addresses of TCP listeners
     */
    public Devices(
            String prefix, DeviceTokens tokens, List<InetSocketAddress> rooms, int threads, DeviceEvents events) {
        this(prefix, tokens, rooms, null, threads, events);
    }

    /** @param trust for TLS; null: plain TCP */
    public Devices(
            String prefix,
            DeviceTokens tokens,
            List<InetSocketAddress> rooms,
            @Nullable SSLContext trust,
            int threads,
            DeviceEvents events) {
        tls = trust == null
                ? null
                : new JdkSslContext(
                        trust, true, null, IdentityCipherSuiteFilter.INSTANCE, null, ClientAuth.NONE, null, false);
        this.prefix = prefix;
        this.tokens = tokens;
        this.rooms = List.copyOf(rooms);
        this.events = events;
        loops = Transports.newEventLoopGroup(threads, "devices");
    }

    /** Connects devices 0 to {@code count - 1}; returns when every one has tried. */
    public void connect(int count) throws InterruptedException {
        if (count < 1 || count > PER_PROCESS_MAX) {
            throw new IllegalArgumentException("connections: " + count + " (expected: 1 to " + PER_PROCESS_MAX + ")");
        }
        for (int device = 0; device < count; device++) {
            logins.acquire();
            open(device);
        }
        logins.acquire(LOGINS_IN_FLIGHT);
        logins.release(LOGINS_IN_FLIGHT);
    }

    private void open(int device) {
        String user = user(device);
        String token = tokens.of(user);
        new Bootstrap()
                .group(loops)
                .channel(Transports.clientChannelClass())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 20_000)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline()
                                    .addLast(tls.newHandler(
                                            channel.alloc(),
                                            "127.0.0.1",
                                            rooms.getFirst().getPort()));
                        }
                        channel.pipeline().addLast(new DeviceConnection(device, user, token, new Counting()));
                        channels.add(channel);
                    }
                })
                .connect(rooms.get(device % rooms.size()), source(device / rooms.size()))
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        losses.computeIfAbsent(String.valueOf(done.cause()), any -> new AtomicInteger())
                                .incrementAndGet();
                    }
                });
    }

    private static InetSocketAddress source(int number) {
        int address = number / PER_SOURCE_ADDRESS;
        return new InetSocketAddress("127.0." + (1 + address / 250) + "." + (1 + address % 250), 0);
    }

    /** The user that a device logs in as. */
    public String user(int device) {
        return prefix + "-" + device;
    }

    public int connected() {
        return connected.get();
    }

    /** Connections that were lost or never came to be, by reason. */
    public Map<String, Integer> losses() {
        Map<String, Integer> counts = new TreeMap<>();
        losses.forEach((reason, count) -> counts.put(reason, count.get()));
        return counts;
    }

    @Override
    public void close() {
        closing = true;
        channels.close().awaitUninterruptibly(10, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    /** Counts, and gives back the place among those that log in. */
    private final class Counting implements DeviceEvents {
        private boolean placed = true;
        private boolean counted;

        @Override
        public void connected(int device) {
            counted = true;
            connected.incrementAndGet();
            giveBack();
            events.connected(device);
        }

        @Override
        public void pushed(int device, PushFrame push, long atNs) {
            events.pushed(device, push, atNs);
        }

        @Override
        public void lost(int device, String reason) {
            giveBack();
            if (counted) {
                connected.decrementAndGet();
            }
            if (!closing) {
                losses.computeIfAbsent(reason, any -> new AtomicInteger()).incrementAndGet();
                events.lost(device, reason);
            }
        }

        private void giveBack() {
            if (placed) {
                placed = false;
                logins.release();
            }
        }
    }
}

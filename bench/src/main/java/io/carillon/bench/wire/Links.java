package io.carillon.bench.wire;

import io.carillon.rpc.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one process, at most one for each of its devices, spread evenly over the listeners and over source
 * addresses in 127/8. Thread-safe.
 */
public final class Links implements AutoCloseable {
    /** Sockets of one process: below the usual limit of 20,000 open files. */
    private static final int CUT_AT_A_TIME = 64;

    public static final int PER_PROCESS_MAX = 19_000;

    /** Ports that one source address gives: few, so that connections that come back find some beside those that wait. */
    private static final int PER_SOURCE_ADDRESS = 2_000;

    /** How often a device comes back that was told to come later; then it counts as lost. */
    private static final int BUSY_MAX = 20;
    /** Above the wait that it was told, up to a share more, so that those that were told the same don't come together. */
    private static final double BUSY_SPREAD = 0.25;

    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Settings settings;
    private final Dialect dialect;
    private final LinkEvents events;
    private final EventLoopGroup loops;
    private final AtomicReferenceArray<DeviceLink> links;
    private final AtomicInteger connected = new AtomicInteger();
    private final Map<String, AtomicInteger> losses = new ConcurrentHashMap<>();
    private final Semaphore logins;
    /** Devices that were told to come later, until they are in or give up. */
    private final AtomicInteger busy = new AtomicInteger();

    private final AtomicInteger busyAnswers = new AtomicInteger();
    /** By device, how often it was cut: who waits to come back then stays away. */
    private final AtomicIntegerArray cuts;
    /** By device, 1: the last connection had logged in. */
    private final AtomicIntegerArray loggedIn;

    /**
     * How devices behave.
     *
     * @param firstSource number of the first device over all processes, which source addresses are made of
     * @param loginsInFlight connections that log in at the same time
     * @param pingMs 0: none
     * @param acknowledges whether messages are acknowledged
     * @param tls null: plain TCP; closed by whoever made it, after the links
     */
    public record Settings(
            List<InetSocketAddress> listeners,
            int devices,
            int firstSource,
            int threads,
            int loginsInFlight,
            long pingMs,
            boolean acknowledges,
            @Nullable DeviceTls tls) {
        public Settings {
            if (devices < 1 || devices > PER_PROCESS_MAX) {
                throw new IllegalArgumentException(
                        "connections: " + devices + " (expected: 1 to " + PER_PROCESS_MAX + " in one process)");
            }
        }
    }

    public Links(Settings settings, Dialect dialect, LinkEvents events) {
        this.settings = settings;
        this.dialect = dialect;
        this.events = events;
        this.loops = Transports.newEventLoopGroup(settings.threads, "devices");
        this.links = new AtomicReferenceArray<>(settings.devices);
        this.logins = new Semaphore(settings.loginsInFlight);
        this.cuts = new AtomicIntegerArray(settings.devices);
        this.loggedIn = new AtomicIntegerArray(settings.devices);
    }

    /**
     * Connects devices that are not, and returns when each has tried.
     *
     * @param perSecond 0: as fast as the bound of logins in flight allows
     */
    public void connect(int from, int to, double perSecond) throws InterruptedException {
        long startNs = System.nanoTime();
        for (int i = from; i < to; i++) {
            long dueNs = startNs + (perSecond > 0 ? (long) ((i - from) * TimeUnit.SECONDS.toNanos(1) / perSecond) : 0);
            long leftNs = dueNs - System.nanoTime();
            if (perSecond > 0 && leftNs > 0) {
                LockSupport.parkNanos(leftNs);
            }
            logins.acquire();
            if (links.get(i) == null) {
                open(i, perSecond > 0 ? dueNs : System.nanoTime());
            } else {
                logins.release();
            }
        }
        awaitLogins();
    }

    /** Connects one device that was connected a moment ago; waits for a place among those that log in only. */
    public void connectAgain(int device) throws InterruptedException {
        logins.acquire();
        open(new DeviceLink(device, System.nanoTime(), 0, true, dialect, this));
    }

    /** Returns when nobody logs in, nor waits to be let in. */
    public void awaitLogins() throws InterruptedException {
        logins.acquire(settings.loginsInFlight);
        logins.release(settings.loginsInFlight);
        while (busy.get() > 0) {
            LockSupport.parkNanos(LOOK_NS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void open(int device, long dueNs) {
        open(new DeviceLink(device, dueNs, 0, false, dialect, this));
    }

    private void open(DeviceLink link) {
        int device = link.device();
        links.set(device, link);
        new Bootstrap()
                .group(loops)
                .channel(Transports.clientChannelClass())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_LINGER, 0)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 20_000)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (settings.tls != null) {
                            channel.pipeline().addLast(settings.tls.newHandler(channel.alloc(), device));
                        }
                        channel.pipeline().addLast(link);
                    }
                })
                .connect(settings.listeners.get(device % settings.listeners.size()), source(device))
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        onEnd(link, "not connected: " + done.cause());
                    }
                });
    }

    private InetSocketAddress source(int device) {
        InetSocketAddress listener = settings.listeners.get(device % settings.listeners.size());
        if (!listener.getAddress().isLoopbackAddress()) {
            return new InetSocketAddress(0);
        }
        int address = (settings.firstSource + device) / settings.listeners.size() / PER_SOURCE_ADDRESS;
        return new InetSocketAddress("127.0." + (1 + address / 250) + "." + (1 + address % 250), 0);
    }

    /**
     * Ends connections at once, with a reset. Not as one heap of tasks: an event loop takes a second of them before it reads
     * its sockets again, and what those that stay get would be late because of the load tool.
     */
    public void cut(int from, int to) {
        int closing = 0;
        for (int device = from; device < to; device++) {
            cuts.incrementAndGet(device);
            DeviceLink link = links.getAndSet(device, null);
            if (link != null) {
                if (link.isConnected()) {
                    connected.decrementAndGet();
                }
                ChannelFuture closed = link.close();
                if (closed != null && ++closing % CUT_AT_A_TIME == 0) {
                    closed.awaitUninterruptibly();
                }
            }
        }
    }

    /** Whether devices read what comes. */
    public void setReading(int from, int to, boolean reading) {
        forEach(from, to, device -> {
            DeviceLink link = links.get(device);
            if (link != null) {
                link.setReading(reading);
            }
        });
    }

    /** @return false where the device is not connected */
    public boolean uplink(int device, byte[] payload, long dueNs) {
        DeviceLink link = links.get(device);
        if (link == null || !link.isConnected()) {
            return false;
        }
        link.uplink(payload, dueNs);
        return true;
    }

    private static void forEach(int from, int to, IntConsumer action) {
        for (int device = from; device < to; device++) {
            action.accept(device);
        }
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

    LinkEvents events() {
        return events;
    }

    boolean acknowledges() {
        return settings.acknowledges;
    }

    long pingIntervalMs() {
        return settings.pingMs;
    }

    /** Spread over the interval, so that devices that log in together don't ping together. */
    long firstPingMs(int device) {
        return settings.pingMs == 0 ? 0 : 1 + ThreadLocalRandom.current().nextLong(settings.pingMs);
    }

    /** Logins that found what their last connection had. */
    public long resumed() {
        return dialect.resumed();
    }

    /** BUSY answers that devices were given. */
    public int busyAnswers() {
        return busyAnswers.get();
    }

    void onHandshake(DeviceLink link, SslHandler handler) {
        if (settings.tls != null) {
            // A connection that is lost before its login may have used a ticket up and got none.
            settings.tls.onHandshake(handler, loggedIn.getAndSet(link.device(), 0) == 1);
        }
    }

    void onConnected(DeviceLink link, long handle, long dueNs) {
        loggedIn.set(link.device(), 1);
        connected.incrementAndGet();
        tried(link);
        events.connected(link.device(), handle, System.nanoTime() - dueNs);
    }

    /** A connection that was cut is no link any more, and counts as no loss. */
    void onEnd(DeviceLink link, String reason) {
        boolean ours = !links.compareAndSet(link.device(), link, null);
        if (!ours && !link.isConnected() && link.comeBackMs() > 0 && link.attempt() < BUSY_MAX) {
            comeBack(link);
            tried(link);
            return;
        }
        if (!link.isConnected()) {
            tried(link);
        }
        if (ours) {
            return;
        }
        if (link.isConnected()) {
            connected.decrementAndGet();
        }
        losses.computeIfAbsent(reason, any -> new AtomicInteger()).incrementAndGet();
        events.lost(link.device(), reason);
    }

    /** The first attempt holds a place among those that log in, the later ones do not. */
    private void tried(DeviceLink link) {
        if (link.attempt() == 0) {
            logins.release();
        } else {
            busy.decrementAndGet();
        }
    }

    private void comeBack(DeviceLink link) {
        busy.incrementAndGet();
        busyAnswers.incrementAndGet();
        int known = cuts.get(link.device());
        long waitMs = (long) (link.comeBackMs()
                * (1 + BUSY_SPREAD * ThreadLocalRandom.current().nextDouble()));
        DeviceLink next = new DeviceLink(link.device(), link.dueNs(), link.attempt() + 1, false, dialect, this);
        loops.next()
                .schedule(
                        () -> {
                            if (cuts.get(next.device()) == known) {
                                open(next);
                            } else {
                                busy.decrementAndGet();
                            }
                        },
                        waitMs,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        cut(0, settings.devices);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}

package io.carillon.rpc;

import com.google.protobuf.MessageLite;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.collection.IntObjectHashMap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The serving end: accepts peers that know the secret and runs handlers for their requests. Thread-safe. */
public final class RpcServer {
    private static final Logger log = LoggerFactory.getLogger(RpcServer.class);
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    /** Addresses of which a refusal was logged; beyond it refusals are only counted. */
    private static final int COMPLAINTS_MAX = 1024;

    private static final long FAILURE_LOG_INTERVAL_NS = 1_000_000_000L;

    private final RpcConfig config;
    private final RpcIdentity self;
    private final Secret secret;
    private final EventLoopGroup loops;
    private final RpcObserver observer;
    private final RpcEnvironment environment;
    /** Not changed after construction. */
    private final IntObjectHashMap<ServerMethod<?, ?>> methods;

    /** Those that are open, and those that are closed but have requests at their handlers. */
    private final Set<ServerLink> links = ConcurrentHashMap.newKeySet();

    private final Set<String> complaints = ConcurrentHashMap.newKeySet();
    private final AtomicInteger hellos = new AtomicInteger();
    private final AtomicLong failureLoggedNs;
    private final Channel acceptor;
    private final CountDownLatch retired = new CountDownLatch(1);
    private volatile boolean stopping;

    private RpcServer(Builder builder, InetSocketAddress address) throws IOException {
        config = builder.config;
        self = builder.self;
        secret = builder.secret;
        loops = builder.loops;
        observer = builder.observer;
        environment = builder.environment;
        methods = new IntObjectHashMap<>(Math.max(8, builder.methods.size()));
        methods.putAll(builder.methods);
        failureLoggedNs = new AtomicLong(environment.nanoTime().getAsLong() - FAILURE_LOG_INTERVAL_NS);
        acceptor = listen(address);
    }

    /**
     * @param secret shared by all processes of the cluster, not empty
     * @param loops accept and carry the connections; not shut down by the server
     */
    public static Builder builder(RpcConfig config, RpcIdentity self, String secret, EventLoopGroup loops) {
        return new Builder(config, self, secret, loops);
    }

    /** Collects the handlers. Not thread-safe. */
    public static final class Builder {
        private final RpcConfig config;
        private final RpcIdentity self;
        private final Secret secret;
        private final EventLoopGroup loops;
        private final IntObjectHashMap<ServerMethod<?, ?>> methods = new IntObjectHashMap<>();
        private RpcObserver observer = RpcObserver.NONE;
        private RpcEnvironment environment = RpcEnvironment.SYSTEM;

        private Builder(RpcConfig config, RpcIdentity self, String secret, EventLoopGroup loops) {
            this.config = config;
            this.self = self;
            this.secret = new Secret(secret);
            this.loops = loops;
            HelloCodec.statement(0, self);
        }

        /** The handler runs on the connection's event loop and must not block. */
        public <Q extends MessageLite, A extends MessageLite> Builder handle(
                RpcMethod<Q, A> method, RpcHandler<Q, A> handler) {
            return add(new ServerMethod<>(method, null, handler));
        }

        /**
         * The handler runs on the executor, which should have a bounded queue: its RejectedExecutionException reaches the
         * caller as OVERLOADED.
         */
        public <Q extends MessageLite, A extends MessageLite> Builder handle(
                RpcMethod<Q, A> method, Executor executor, RpcHandler<Q, A> handler) {
            return add(new ServerMethod<>(method, executor, handler));
        }

        public Builder observer(RpcObserver told) {
            observer = told;
            return this;
        }

        Builder environment(RpcEnvironment given) {
            environment = given;
            return this;
        }

        /** @throws IOException where the address cannot be listened on; its message names it */
        public RpcServer bind(InetSocketAddress address) throws IOException {
            return new RpcServer(this, address);
        }

        private Builder add(ServerMethod<?, ?> served) {
            RpcMethod<?, ?> method = served.method();
            if (methods.containsKey(method.id())) {
                throw new IllegalArgumentException("method " + method.id() + " (" + method + "): handled twice");
            }
            methods.put(method.id(), served);
            return this;
        }
    }

    /** Where it listens; the port is the real one also where 0 was asked. */
    public InetSocketAddress address() {
        return (InetSocketAddress) acceptor.localAddress();
    }

    /** Connections that are open and past their hello. */
    public int connections() {
        int open = 0;
        for (ServerLink link : links) {
            open += link.isClosed() ? 0 : 1;
        }
        return open;
    }

    /**
     * Accepts no more, answers STOPPING to new requests, waits for those in flight and closes. Blocks; not for an event
     * loop.
     *
     * @return true where all ended within the limit; false where connections were cut
     */
    public boolean stop(Duration limit) {
        acceptor.close().awaitUninterruptibly();
        stopping = true;
        links.forEach(ServerLink::stopServing);
        retireIfEmpty();
        boolean all;
        try {
            all = retired.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            all = false;
        }
        List.copyOf(links).forEach(ServerLink::close);
        return all;
    }

    private Channel listen(InetSocketAddress address) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(Transports.serverChannelClass())
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        onAccepted(channel);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            throw new IOException("cannot listen on " + address + ": " + cause.getMessage(), cause);
        }
        return bound.channel();
    }

    private void onAccepted(Channel channel) {
        if (hellos.incrementAndGet() > config.hellosInFlightMax()) {
            hellos.decrementAndGet();
            onHelloRefused(HelloRefusal.TOO_MANY, channel.remoteAddress());
            channel.close();
            return;
        }
        ServerHello hello = new ServerHello(this, channel);
        FrameReader reader = new FrameReader(hello, Wire.HELLO_FRAME_BYTES_MAX);
        channel.pipeline().addLast(reader);
        hello.start(reader);
    }

    RpcConfig config() {
        return config;
    }

    RpcIdentity self() {
        return self;
    }

    Secret secret() {
        return secret;
    }

    RpcObserver observer() {
        return observer;
    }

    RpcEnvironment environment() {
        return environment;
    }

    @Nullable
    ServerMethod<?, ?> method(int id) {
        return methods.get(id);
    }

    void onHelloFinished() {
        hellos.decrementAndGet();
    }

    void onLinkUp(ServerLink link) {
        links.add(link);
        if (stopping) {
            link.stopServing();
        }
    }

    /** The link is closed, and nothing of it is in flight. */
    void onLinkRetired(ServerLink link) {
        links.remove(link);
        retireIfEmpty();
    }

    private void retireIfEmpty() {
        if (stopping && links.isEmpty()) {
            retired.countDown();
        }
    }

    void onHelloRefused(HelloRefusal reason, @Nullable SocketAddress remote) {
        observer.onHelloRefused(reason);
        String host = remote instanceof InetSocketAddress inet ? inet.getHostString() : "unknown";
        if (complaints.size() < COMPLAINTS_MAX && complaints.add(host + ' ' + reason.label())) {
            log.warn(
                    "rpc connection refused remote={} why=\"{}\" (logged once for this host, counted always)",
                    remote,
                    reason.sentence());
        }
    }

    void onBadFrame(RpcIdentity caller, SocketAddress remote, String what) {
        log.warn(
                "rpc connection closed, the caller broke the protocol caller={} remote={} {}",
                caller.name(),
                remote,
                what);
    }

    void onSilent(RpcIdentity caller, SocketAddress remote) {
        log.warn("rpc connection closed, the caller is silent caller={} remote={}", caller.name(), remote);
    }

    void onSlowReader(RpcIdentity caller, SocketAddress remote) {
        log.warn("rpc connection closed, the caller does not read caller={} remote={}", caller.name(), remote);
    }

    /** A handler's failure is a bug or a broken store: logged, at most once a second. */
    void onHandlerFailed(RpcMethod<?, ?> method, Throwable cause) {
        long now = environment.nanoTime().getAsLong();
        long logged = failureLoggedNs.get();
        if (now - logged >= FAILURE_LOG_INTERVAL_NS && failureLoggedNs.compareAndSet(logged, now)) {
            log.error("rpc handler failed method={}", method.name(), cause);
        }
    }
}

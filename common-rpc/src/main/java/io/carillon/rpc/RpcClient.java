package io.carillon.rpc;

import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calling end: keeps the connections to the peers that were opened. Thread-safe. */
public final class RpcClient implements AutoCloseable {
    static final Logger log = LoggerFactory.getLogger(RpcClient.class);

    private final RpcConfig config;
    private final RpcIdentity self;
    private final Secret secret;
    private final EventLoopGroup loops;
    private final RpcObserver observer;
    private final RpcEnvironment environment;
    private final Set<OpenPeer> peers = ConcurrentHashMap.newKeySet();

    /**
     * @param secret shared by all processes of the cluster, not empty
     * @param loops carry the connections; not shut down by this
     */
    public RpcClient(RpcConfig config, RpcIdentity self, String secret, EventLoopGroup loops) {
        this(config, self, secret, loops, RpcObserver.NONE);
    }

    public RpcClient(RpcConfig config, RpcIdentity self, String secret, EventLoopGroup loops, RpcObserver observer) {
        this(config, self, secret, loops, observer, RpcEnvironment.SYSTEM);
    }

    RpcClient(
            RpcConfig config,
            RpcIdentity self,
            String secret,
            EventLoopGroup loops,
            RpcObserver observer,
            RpcEnvironment environment) {
        this.config = config;
        this.self = self;
        this.secret = new Secret(secret);
        this.loops = loops;
        this.observer = observer;
        this.environment = environment;
        HelloCodec.statement(0, self);
    }

    /**
     * Starts to connect, and stays connected until the peer or this is closed.
     *
     * @param name of the peer, for logs and errors
     */
    public RpcPeer open(String name, InetSocketAddress address) {
        OpenPeer peer = new OpenPeer(this, name, address, loops);
        peers.add(peer);
        peer.start();
        return peer;
    }

    /** Closes all peers. */
    @Override
    public void close() {
        List.copyOf(peers).forEach(OpenPeer::close);
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

    void forget(OpenPeer peer) {
        peers.remove(peer);
    }
}

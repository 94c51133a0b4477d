package io.carillon.sdk.link;

import io.carillon.sdk.platform.Timers;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** Opens TCP and TLS links on one {@link IoThread}. */
public final class SocketLinks implements LinkOpener {
    private final IoThread thread;
    private final Timers timers;
    private final Executor background;
    private final Supplier<SSLContext> trust;

    /**
     * Opens links that share a thread.
     *
     * @param background where the expensive steps of TLS handshakes run
     * @param trust called at the first TLS link; may throw IllegalStateException where the platform has none
     */
    public SocketLinks(IoThread thread, Timers timers, Executor background, Supplier<SSLContext> trust) {
        this.thread = thread;
        this.timers = timers;
        this.background = background;
        this.trust = trust;
    }

    @Override
    public Link open(Endpoint endpoint, LinkListener listener) {
        TcpLink tcp = new TcpLink(thread, timers);
        if (endpoint.room().tls()) {
            TlsLink tls = new TlsLink(tcp, thread, background, trust, endpoint.room(), listener);
            tcp.connect(endpoint.socketAddress(), tls.tcpListener());
            return tls;
        }
        tcp.connect(endpoint.socketAddress(), listener);
        return tcp;
    }
}

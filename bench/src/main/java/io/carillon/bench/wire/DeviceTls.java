package io.carillon.bench.wire;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLException;

/**
 * TLS 1.3 of the devices of a process, always with BoringSSL: it costs the load tool least, tells which handshakes were resumed, and
 * keeps tickets of connections that were cut. Each device calls the server by a name of its own, so that the cache of sessions,
 * which goes by names, gives it its own ticket. The certificate is verified, the name is not. Thread-safe.
 */
public final class DeviceTls implements AutoCloseable {
    /** BoringSSL gives two tickets with a handshake; twice that, for those that come while the old ones are there. */
    private static final int TICKETS_PER_DEVICE = 4;

    private final SslContext context;
    private final boolean resumes;
    private final int port;
    private final LongAdder full = new LongAdder();
    private final LongAdder resumed = new LongAdder();
    private final LongAdder unexpected = new LongAdder();

    /**
     * @param kind {@code FULL} or {@code RESUMED}
     * @param trust the server's certificate, PEM
     * @param devices bounds the tickets that are kept
     */
    public DeviceTls(TlsKind kind, Path trust, int devices, int port) throws SSLException {
        if (!OpenSsl.isAvailable()) {
            throw new IllegalStateException(
                    "tls: BoringSSL does not run on this machine: " + OpenSsl.unavailabilityCause());
        }
        this.resumes = kind == TlsKind.RESUMED;
        this.port = port;
        this.context = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(trust.toFile())
                .endpointIdentificationAlgorithm(null)
                .protocols("TLSv1.3")
                .sessionCacheSize(Math.multiplyExact(devices, TICKETS_PER_DEVICE))
                .build();
        ((OpenSslSessionContext) context.sessionContext()).setSessionCacheEnabled(resumes);
    }

    SslHandler newHandler(ByteBufAllocator allocator, int device) {
        return context.newHandler(allocator, "device-" + device + ".bench", port);
    }

    /** @param before whether the device's last connection had logged in, and so had come by a ticket */
    void onHandshake(SslHandler handler, boolean before) {
        boolean reused = SSL.isSessionReused(((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer());
        (reused ? resumed : full).increment();
        if (resumes ? before && !reused : reused) {
            unexpected.increment();
        }
    }

    public long full() {
        return full.sum();
    }

    public long resumed() {
        return resumed.sum();
    }

    /** Handshakes that were full where a ticket was there, or resumed where none should be used. */
    public long unexpected() {
        return unexpected.sum();
    }

    @Override
    public void close() {
        ReferenceCountUtil.release(context);
    }
}

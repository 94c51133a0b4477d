package io.carillon.room.listener;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.io.File;
import java.security.SecureRandom;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a listener, with the engine that its configuration names.
 *
 * <p>With BoringSSL a TLS 1.3 session is resumed by a ticket alone, and tickets are given only where there is a key for them:
 * a random one of this listener, which is followed by another twice a day and read for as long again. So a client that comes back
 * to the same process within half a day resumes. The JDK's engine gives tickets by itself.
 *
 * <p>Thread-safe.
 */
final class ListenerTls implements AutoCloseable {
    static final String AUTO = "auto";
    static final String OPENSSL = "openssl";
    static final String JDK = "jdk";

    private static final long KEY_FRESH_NS = Duration.ofHours(12).toNanos();
    private static final int KEY_PART_BYTES = 16;

    private final SslContext context;
    private final SecureRandom random = new SecureRandom();
    // Guarded by this.
    private @Nullable OpenSslSessionTicketKey key;
    private long keySinceNs;
    private boolean closed;

    /** @throws IllegalArgumentException naming the file or the engine that can't be used */
    ListenerTls(ListenerConfig config, long nowNs) {
        File certificate = readable("certificate", config.certificate());
        File privateKey = readable("private-key", config.privateKey());
        SslProvider provider = provider(config.tlsEngine());
        String[] protocols = config.tls12() ? new String[] {"TLSv1.3", "TLSv1.2"} : new String[] {"TLSv1.3"};
        try {
            context = SslContextBuilder.forServer(certificate, privateKey)
                    .sslProvider(provider)
                    .protocols(protocols)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "certificate: " + certificate + " with private-key " + privateKey
                            + " (expected: a PEM chain and its PKCS#8 key: " + e.getMessage() + ")",
                    e);
        }
        giveKey(nowNs);
    }

    /** Reference-counted, since what it keeps outside of the heap should not wait for a finalizer. */
    private static SslProvider provider(String engine) {
        if (engine.equals(JDK) || (engine.equals(AUTO) && !OpenSsl.isAvailable())) {
            return SslProvider.JDK;
        }
        if (!OpenSsl.isAvailable()) {
            throw new IllegalArgumentException(
                    "tls-engine: openssl does not run on this machine (expected: jdk or auto): "
                            + OpenSsl.unavailabilityCause());
        }
        return SslProvider.OPENSSL_REFCNT;
    }

    private static File readable(String name, String path) {
        File file = new File(path);
        if (!file.canRead()) {
            throw new IllegalArgumentException(name + ": " + path + " (expected: a readable file)");
        }
        return file;
    }

    SslContext context() {
        return context;
    }

    /**
     * How a handshake ended that did not fail. BoringSSL says it; the JDK's engine does not, but a session that is resumed keeps the
     * time of its first connection. One that is resumed within the same millisecond passes for a full one.
     *
     * @param beganMs wall clock, when the engine was made
     */
    static TlsOutcome outcome(SSLEngine engine, long beganMs) {
        boolean resumed = engine instanceof ReferenceCountedOpenSslEngine boring
                ? SSL.isSessionReused(boring.sslPointer())
                : engine.getSession().getCreationTime() < beganMs;
        return resumed ? TlsOutcome.RESUMED : TlsOutcome.FULL;
    }

    /** To be called now and then. */
    synchronized void look(long nowNs) {
        if (!closed && nowNs - keySinceNs >= KEY_FRESH_NS) {
            giveKey(nowNs);
        }
    }

    private synchronized void giveKey(long nowNs) {
        keySinceNs = nowNs;
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            OpenSslSessionTicketKey before = key;
            OpenSslSessionTicketKey fresh = new OpenSslSessionTicketKey(randomPart(), randomPart(), randomPart());
            key = fresh;
            if (before == null) {
                sessions.setTicketKeys(fresh);
            } else {
                sessions.setTicketKeys(fresh, before);
            }
        }
    }

    private byte[] randomPart() {
        byte[] part = new byte[KEY_PART_BYTES];
        random.nextBytes(part);
        return part;
    }

    /** Connections that are open keep what they need. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            ReferenceCountUtil.release(context);
        }
    }
}

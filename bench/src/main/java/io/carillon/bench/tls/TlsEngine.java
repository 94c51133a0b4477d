package io.carillon.bench.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.security.SecureRandom;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Whose TLS the server uses. */
enum TlsEngine {
    /** No TLS: what everything around it costs. */
    NONE(null),
    JDK(SslProvider.JDK),
    OPENSSL(SslProvider.OPENSSL),
    OPENSSL_REFCNT(SslProvider.OPENSSL_REFCNT);

    private static final int TICKET_KEY_BYTES = 16;

    private final @Nullable SslProvider provider;

    TlsEngine(@Nullable SslProvider provider) {
        this.provider = provider;
    }

    /** Null: no TLS. */
    @Nullable
    SslContext server(Path certificates) throws SSLException {
        if (provider == null) {
            return null;
        }
        SslContext context = SslContextBuilder.forServer(
                        certificates.resolve("room.crt.pem").toFile(),
                        certificates.resolve("room.key.pem").toFile())
                .sslProvider(provider)
                .protocols("TLSv1.3")
                .build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setTicketKeys(new OpenSslSessionTicketKey(random(), random(), random()));
        }
        return context;
    }

    private static byte[] random() {
        byte[] bytes = new byte[TICKET_KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}

package io.carillon.room.listener;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import javax.net.ssl.SSLException;

/** TLS of a listener: BoringSSL where it is on the class path, else the JDK's. */
final class TlsContexts {
    private TlsContexts() {}

    /** @throws IllegalArgumentException naming the file that can't be used */
    static SslContext of(ListenerConfig config) {
        File certificate = readable("certificate", config.certificate());
        File privateKey = readable("private-key", config.privateKey());
        String[] protocols = config.tls12() ? new String[] {"TLSv1.3", "TLSv1.2"} : new String[] {"TLSv1.3"};
        try {
            return SslContextBuilder.forServer(certificate, privateKey)
                    .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                    .protocols(protocols)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "certificate: " + certificate + " with private-key " + privateKey
                            + " (expected: a PEM chain and its" + " PKCS#8 key: " + e.getMessage() + ")",
                    e);
        }
    }

    private static File readable(String name, String path) {
        File file = new File(path);
        if (!file.canRead()) {
            throw new IllegalArgumentException(name + ": " + path + " (expected: a readable file)");
        }
        return file;
    }
}

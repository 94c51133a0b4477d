package io.carillon.deploy.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** What a client needs to believe an embedded fleet's TLS listeners. */
public final class Trust {
    private Trust() {}

    /** The fleet's own certificate, PEM. */
    public static Path certificate(DataDirectory data) {
        return data.of("tls").resolve("room.crt.pem");
    }

    /** Believes the fleet's own certificate and no other. */
    public static SSLContext of(DataDirectory data) throws FleetException {
        Path file = certificate(data);
        try (InputStream in = Files.newInputStream(file)) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("fleet", certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new FleetException("the fleet's certificate " + file + " can't be used: " + e.getMessage(), e);
        }
    }
}

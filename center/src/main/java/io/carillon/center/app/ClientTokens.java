package io.carillon.center.app;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.carillon.contract.App;
import io.carillon.contract.ClientKey;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * Signs the tokens that clients log in with: JWT (RFC 7519) with HS256 under the app's newest secret. Thread-safe.
 */
public final class ClientTokens {
    /** Of a client secret, since HS256 takes no shorter one (RFC 7518, section 3.2). */
    public static final int SECRET_BYTES_MIN = 32;

    /** The longest life of a token where the app does not say. */
    public static final long TTL_DEFAULT_SECONDS = 86_400;

    /** The longest life that an app may allow. */
    public static final long TTL_MAX_SECONDS = 30 * 86_400L;

    private static final String HS256 = "HS256";

    private final Clock clock;

    public ClientTokens(Clock clock) {
        this.clock = clock;
    }

    /** The longest life of a token of this app, seconds. */
    public static long ttlMaxSeconds(App app) {
        return app.getTokenTtlMaxSeconds() > 0 ? app.getTokenTtlMaxSeconds() : TTL_DEFAULT_SECONDS;
    }

    /** A token for the user; null where the app has no HS256 secret (it signs its tokens elsewhere). */
    public @Nullable ClientToken issue(App app, String user, long ttlSeconds) {
        ClientKey key = app.getClientKeysList().stream()
                .filter(candidate -> candidate.getAlgorithm().equals(HS256))
                .findFirst()
                .orElse(null);
        if (key == null) {
            return null;
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresAt = now.plusSeconds(ttlSeconds);
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .audience(app.getId())
                .subject(user)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(expiresAt))
                .build();
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getId()).build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new MACSigner(key.getSecret().toByteArray()));
        } catch (JOSEException e) {
            throw new IllegalStateException("app " + app.getId() + ", client key " + key.getId() + ": can't sign", e);
        }
        return new ClientToken(token.serialize(), expiresAt);
    }

    /** A signed token and its end. */
    public record ClientToken(String text, Instant expiresAt) {}
}

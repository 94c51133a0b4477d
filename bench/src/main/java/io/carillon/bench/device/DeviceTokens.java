package io.carillon.bench.device;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** Client tokens signed here, as a business does it, so that a run of many devices asks no center for them. */
public final class DeviceTokens {
    private static final Duration TTL = Duration.ofHours(6);

    private final String app;
    private final @Nullable String keyId;
    private final MACSigner signer;

    /**
     * @param sample a token of the app that a center issued: it names the key
     * @param secret the app's client secret
     */
    public DeviceTokens(String app, String sample, String secret) {
        this(app, keyIdOf(sample), signer(secret));
    }

    private DeviceTokens(String app, @Nullable String keyId, MACSigner signer) {
        this.app = app;
        this.keyId = keyId;
        this.signer = signer;
    }

    /** @param keyId of the app's key that {@code secret} is */
    public static DeviceTokens withKey(String app, String keyId, String secret) {
        return new DeviceTokens(app, keyId, signer(secret));
    }

    /** The {@code kid} of tokens; empty where there is none. */
    public String keyId() {
        return keyId == null ? "" : keyId;
    }

    private static MACSigner signer(String secret) {
        try {
            return new MACSigner(secret.getBytes(StandardCharsets.UTF_8));
        } catch (JOSEException e) {
            throw new IllegalArgumentException("the app's client secret can't sign tokens: " + e.getMessage(), e);
        }
    }

    private static @Nullable String keyIdOf(String sample) {
        try {
            return SignedJWT.parse(sample).getHeader().getKeyID();
        } catch (ParseException e) {
            throw new IllegalArgumentException("the sample is no token: " + e.getMessage(), e);
        }
    }

    public String of(String user) {
        Instant now = Instant.now();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .audience(app)
                .subject(user)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(TTL)))
                .build();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(keyId).build(), claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("can't sign a token", e);
        }
        return token.serialize();
    }
}

package io.carillon.room.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JWSObject;
import io.carillon.contract.App;
import io.carillon.contract.ClientKey;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.room.login.TokenOutcome.Accepted;
import io.carillon.room.login.TokenOutcome.Refused;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks clients' tokens: JWT (RFC 7519), signed with HS256 or EdDSA (RFC 8037). Thread-safe, asks nobody.
 *
 * <p>The app is the token's only audience, the key is the app's key of the token's {@code kid}, and that key says which
 * algorithm is allowed: what the token claims is only compared with it (RFC 8725, 3.1). A token that was found good is
 * remembered, bounded, until it expires or any app changes.
 */
public final class TokenVerifier {
    private static final String POOL_DEFAULT = "default";

    /** Flat, and not around an {@link Accepted}: there is one for each connection. */
    private record Verified(App app, String user, long expiresAtMs, long keysVersion) {}

    private final AppKeys keys;
    private final String pool;
    private final long skewMs;
    private final LongSupplier wallMs;
    private final Bans bans;
    private final Cache<TokenDigest, Verified> cache;

    /**
     * @param pool of this room; it serves the apps of this pool
     * @param cacheMax tokens that are remembered
     * @param bans asked for each token, also for one that is remembered
     */
    public TokenVerifier(AppKeys keys, String pool, Duration skew, int cacheMax, LongSupplier wallMs, Bans bans) {
        this.keys = keys;
        this.pool = pool;
        this.skewMs = skew.toMillis();
        this.wallMs = wallMs;
        this.bans = bans;
        this.cache = Caffeine.newBuilder()
                .maximumSize(cacheMax)
                .executor(Runnable::run)
                .build();
    }

    public TokenOutcome verify(String token) {
        TokenOutcome outcome = verifyAlone(token);
        if (outcome instanceof Accepted accepted) {
            String reason = bans.reason(accepted.app().getId(), accepted.user());
            return reason == null ? outcome : new Refused(ProtocolCode.BANNED, reason);
        }
        return outcome;
    }

    /** Without the bans. */
    private TokenOutcome verifyAlone(String token) {
        long version = keys.version();
        TokenDigest digest = TokenDigest.of(token);
        Verified known = cache.getIfPresent(digest);
        if (known != null && known.keysVersion == version && wallMs.getAsLong() < known.expiresAtMs) {
            return new Accepted(known.app, known.user);
        }
        try {
            return verifyAnew(token, digest, version);
        } catch (ParseException | IllegalArgumentException e) {
            return refused("not a JWT");
        }
    }

    private TokenOutcome verifyAnew(String token, TokenDigest digest, long version) throws ParseException {
        JWSObject jws = JWSObject.parse(token);
        Claims claims = Claims.of(jws.getPayload().toJSONObject());
        if (claims.audience() == null) {
            return refused("aud: (expected: the app, alone)");
        }
        App app = keys.app(claims.audience());
        if (app == null || app.getDisabled()) {
            return new Refused(ProtocolCode.APP_UNKNOWN, "aud: no such app");
        }
        ClientKey key = keyOf(app, jws.getHeader().getKeyID());
        if (key == null) {
            return refused("kid: not a key of the app");
        }
        String algorithm = jws.getHeader().getAlgorithm().getName();
        if (!key.getAlgorithm().equals(algorithm)) {
            return refused("alg: " + algorithm + " (expected: the key's, " + key.getAlgorithm() + ")");
        }
        if (jws.getHeader().getCriticalParams() != null) {
            return refused("crit: none is understood");
        }
        if (!Signatures.matches(key, jws.getSigningInput(), jws.getSignature().decode())) {
            return refused("signature: does not match");
        }
        return checkClaims(digest, claims, app, version);
    }

    private static @Nullable ClientKey keyOf(App app, @Nullable String id) {
        for (ClientKey key : app.getClientKeysList()) {
            if (key.getId().equals(id)) {
                return key;
            }
        }
        return null;
    }

    private TokenOutcome checkClaims(TokenDigest digest, Claims claims, App app, long version) {
        String user = claims.subject();
        if (user == null
                || user.isEmpty()
                || user.getBytes(StandardCharsets.UTF_8).length > ProtocolVersion.USER_BYTES_MAX) {
            return refused("sub: (expected: a user of 1 to " + ProtocolVersion.USER_BYTES_MAX + " bytes)");
        }
        long nowMs = wallMs.getAsLong();
        Long expires = claims.expiresAtMs();
        if (expires == null) {
            return refused("exp: missing");
        }
        if (nowMs >= expires + skewMs) {
            return refused("exp: expired");
        }
        long longestMs = app.getTokenTtlMaxSeconds() * 1000;
        if (longestMs > 0 && expires > nowMs + longestMs + skewMs) {
            return refused("exp: further off than the app allows, " + app.getTokenTtlMaxSeconds() + " s");
        }
        Long notBefore = claims.notBeforeMs();
        if (notBefore != null && nowMs + skewMs < notBefore) {
            return refused("nbf: not valid yet");
        }
        if (app.getPoolsCount() == 0
                ? !pool.equals(POOL_DEFAULT)
                : !app.getPoolsList().contains(pool)) {
            return new Refused(ProtocolCode.WRONG_POOL, "the app is not served by this room's pool, " + pool);
        }
        cache.put(digest, new Verified(app, user, expires + skewMs, version));
        return new Accepted(app, user);
    }

    private static Refused refused(String text) {
        return new Refused(ProtocolCode.TOKEN_REFUSED, text);
    }
}

package io.carillon.coordinator.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs after the Standard Webhooks specification: HMAC-SHA256 over id, timestamp and body, joined by dots. */
final class WebhookSignature {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String SECRET_PREFIX = "whsec_";

    private WebhookSignature() {}

    /**
     * The value of {@code webhook-signature}: one signature for each secret, so that receivers can change over.
     *
     * @param secrets in the form whsec_ and base64
     * @param timestampSeconds since 1970, as in {@code webhook-timestamp}
     */
    static String of(List<String> secrets, String id, long timestampSeconds, String body) {
        return secrets.stream()
                .map(secret ->
                        "v1," + Base64.getEncoder().encodeToString(hmac(key(secret), id, timestampSeconds, body)))
                .collect(Collectors.joining(" "));
    }

    private static byte[] key(String secret) {
        String base64 = secret.startsWith(SECRET_PREFIX) ? secret.substring(SECRET_PREFIX.length()) : secret;
        return Base64.getDecoder().decode(base64);
    }

    private static byte[] hmac(byte[] key, String id, long timestampSeconds, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal((id + '.' + timestampSeconds + '.' + body).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}

package io.carillon.rpc;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secret that the processes of a cluster share, and proofs of knowing it. It never goes over the wire. Thread-safe. */
final class Secret {
    static final String CALLER = "carillon-rpc caller";
    static final String SERVER = "carillon-rpc server";

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    Secret(String secret) {
        if (secret.isBlank()) {
            throw new IllegalArgumentException("secret: empty (expected: the secret that all processes share)");
        }
        key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    byte[] nonce() {
        byte[] nonce = new byte[Wire.NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    /** @param end {@link #CALLER} or {@link #SERVER}: so that no end's proof can be sent back to it as the other's */
    byte[] prove(String end, int version, byte[] callerNonce, byte[] serverNonce, byte[] statement) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(end.getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) version);
            mac.update((byte) (version >>> 8));
            mac.update(callerNonce);
            mac.update(serverNonce);
            return mac.doFinal(statement);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is missing from this Java runtime", e);
        }
    }

    static boolean same(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }
}

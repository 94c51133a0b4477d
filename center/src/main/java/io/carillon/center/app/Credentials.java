package io.carillon.center.app;

import com.google.protobuf.ByteString;
import io.carillon.runtime.digest.Sha256;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** Makes keys and secrets, and the hash under which an API key is kept. Thread-safe. */
public final class Credentials {
    private static final int BYTES = 32;

    private final SecureRandom random;

    public Credentials(SecureRandom random) {
        this.random = random;
    }

    /** A new API key or client secret: 256 random bits as text of 43 characters. */
    public String next() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes());
    }

    /** A new signing secret in the form of Standard Webhooks. */
    public String nextWebhookSecret() {
        return "whsec_" + Base64.getEncoder().encodeToString(bytes());
    }

    /** SHA-256 of the key's text. */
    public static ByteString hash(String apiKey) {
        return ByteString.copyFrom(Sha256.of(apiKey));
    }

    /** Compares two secrets in a time that says nothing of where they differ. */
    public static boolean same(String given, String expected) {
        return MessageDigest.isEqual(Sha256.of(given), Sha256.of(expected));
    }

    private byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return bytes;
    }
}

package io.carillon.center.message;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Gives messages and requests their 128 bits: time-ordered random ones (48 bits of milliseconds, 80 random), or, where
 * the business named the request by an Idempotency-Key, an HMAC-SHA256 of app, key and user, cut to 128 bits, so that
 * every center gives a repeat the same ids. Thread-safe.
 */
public final class MessageIds {
    /** Of an id, in bytes. */
    public static final int BYTES = 16;

    private static final String ALGORITHM = "HmacSHA256";
    private static final byte REQUEST = 0;
    private static final byte MESSAGE = 1;
    private static final byte BROADCAST = 2;

    private final SecretKeySpec secret;
    private final Clock clock;
    private final RandomGenerator random;

    /**
     * @param secret the same in every center of the cluster
     * @param random safe for use by several threads, and not to be guessed
     */
    public MessageIds(byte[] secret, Clock clock, RandomGenerator random) {
        this.secret = new SecretKeySpec(secret, ALGORITHM);
        this.clock = clock;
        this.random = random;
    }

    /** A new time-ordered id. */
    public ByteString next() {
        byte[] tail = new byte[10];
        random.nextBytes(tail);
        byte[] id = ByteBuffer.allocate(BYTES).putLong(clock.millis() << 16).array();
        System.arraycopy(tail, 0, id, 6, tail.length);
        return ByteString.copyFrom(id);
    }

    /** The id of the request with this key. */
    public ByteString ofRequest(String app, String key) {
        return derive(REQUEST, app, key, "");
    }

    /** The id of the message to this user in the request with this key. */
    ByteString ofMessage(String app, String key, String user) {
        return derive(MESSAGE, app, key, user);
    }

    /** The id of the broadcast with this key. */
    public ByteString ofBroadcast(String app, String key) {
        return derive(BROADCAST, app, key, "");
    }

    private ByteString derive(byte kind, String app, String key, String user) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            mac.update(kind);
            update(mac, app);
            update(mac, key);
            update(mac, user);
            return ByteString.copyFrom(Arrays.copyOf(mac.doFinal(), BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** With its length before it: no two triples read the same. */
    private static void update(Mac mac, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        mac.update(bytes);
    }
}

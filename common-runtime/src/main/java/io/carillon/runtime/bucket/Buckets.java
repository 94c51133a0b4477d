package io.carillon.runtime.bucket;

import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * Where an (app, user) belongs: 12 bits of XXH3-64 over app, a zero byte and user, both UTF-8. The function is fixed
 * for ever: stored keys carry the bucket.
 */
public final class Buckets {
    /** How many there are. */
    public static final int COUNT = 4096;

    private Buckets() {}

    /** 0 to {@link #COUNT} - 1. */
    public static int of(String app, String user) {
        return (int) (hash(app, user) >>> 52);
    }

    /** The whole 64 bits. */
    public static long hash(String app, String user) {
        byte[] appBytes = app.getBytes(StandardCharsets.UTF_8);
        byte[] userBytes = user.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[appBytes.length + 1 + userBytes.length];
        System.arraycopy(appBytes, 0, key, 0, appBytes.length);
        System.arraycopy(userBytes, 0, key, appBytes.length + 1, userBytes.length);
        return Hashing.xxh3_64().hashBytesToLong(key);
    }

    /** What a session adds to its bucket's digest: XXH3-64 over app, 0, user, 0 and the connection id, big endian. */
    public static long sessionHash(String app, String user, long connectionId) {
        byte[] appBytes = app.getBytes(StandardCharsets.UTF_8);
        byte[] userBytes = user.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[appBytes.length + userBytes.length + 10];
        System.arraycopy(appBytes, 0, key, 0, appBytes.length);
        System.arraycopy(userBytes, 0, key, appBytes.length + 1, userBytes.length);
        for (int i = 0; i < 8; i++) {
            key[key.length - 1 - i] = (byte) (connectionId >>> (8 * i));
        }
        return Hashing.xxh3_64().hashBytesToLong(key);
    }
}

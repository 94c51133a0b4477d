package io.carillon.room.login;

import io.carillon.runtime.digest.Sha256;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Stands for a token among those that were found good: the first 128 bits of its SHA-256, since a token itself is some 200 bytes
 * of heap a connection.
 *
 * <p>Two tokens with one digest let nobody in who is not in already: what is remembered is what the <em>good</em> one says, so
 * whoever makes another token of the same digest logs in as the user whose good token that was.
 */
record TokenDigest(long high, long low) {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    static TokenDigest of(String token) {
        byte[] hash = Sha256.of(token);
        return new TokenDigest((long) LONGS.get(hash, 0), (long) LONGS.get(hash, Long.BYTES));
    }
}

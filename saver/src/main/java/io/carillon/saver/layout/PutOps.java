package io.carillon.saver.layout;

import com.dynatrace.hash4j.hashing.Hashing;
import io.carillon.saver.mysql.MessageRow;
import io.carillon.saver.redis.Op;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The put operation's forms: put.lua says what its arguments are. */
public final class PutOps {
    private static final byte[] NONE = new byte[0];
    private static final int REMEMBER = 1;
    private static final int LATE = 2;
    private static final int AGAIN = 4;

    private PutOps() {}

    /**
     * A new message: the script gives its seq.
     *
     * @param going MySQL is written as well, right after
     * @param remember its id is kept for an hour
     * @param again an earlier attempt may have stored it
     */
    public static Op fresh(
            int bucket,
            byte[] user,
            byte[] id,
            long ttlMs,
            byte[] collapse,
            boolean going,
            boolean remember,
            boolean again,
            byte[] body) {
        return Op.of(
                "P",
                bucket,
                user,
                id,
                ttlMs,
                NONE,
                collapse,
                body.length,
                (going ? MailboxRecord.Stored.GOING : MailboxRecord.Stored.NO).number(),
                (remember ? REMEMBER : 0) + (again ? AGAIN : 0),
                NONE,
                NONE,
                body);
    }

    /** A row that MySQL has, with its own seq and id. {@code nonce}: of the rebuild under way; empty: none. */
    public static Op restored(MessageRow row, String nonce) {
        return Op.of(
                "P",
                row.bucket(),
                UserKeys.encode(row.app(), row.user()),
                row.messageId(),
                NONE,
                row.expiresAtMs(),
                row.collapse(),
                row.body().length,
                MailboxRecord.Stored.THERE.number(),
                LATE,
                row.seq(),
                nonce,
                row.body());
    }

    /** 8 bytes for a collapse key: inside one mailbox they do not meet by chance. */
    public static byte[] collapseOf(String key) {
        if (key.isEmpty()) {
            return NONE;
        }
        long hash = Hashing.xxh3_64().hashBytesToLong(key.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(8).putLong(hash == 0 ? 1 : hash).array();
    }
}

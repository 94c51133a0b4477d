package io.carillon.saver.layout;

import io.carillon.contract.UserKey;
import java.nio.ByteBuffer;

/** One entry of a bucket's fate list: the twin of {@code fate} in common.lua, big endian. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the bytes are never changed.
public record FateRecord(
        Fate fate,
        MailboxRecord.Stored mysql,
        int detail,
        long atMs,
        long seq,
        long expiresAtMs,
        byte[] messageId,
        UserKey user) {
    private static final int FIXED_BYTES = 50;

    public static FateRecord parse(byte[] bytes) {
        if (bytes.length <= FIXED_BYTES) {
            throw new IllegalArgumentException(
                    "fate of " + bytes.length + " bytes (expected: more than " + FIXED_BYTES + ")");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Fate fate = Fate.of(in.get());
        MailboxRecord.Stored mysql = MailboxRecord.Stored.of(in.get());
        int detail = (int) in.getDouble();
        long at = (long) in.getDouble();
        long seq = (long) in.getDouble();
        long expires = (long) in.getDouble();
        byte[] id = new byte[16];
        in.get(id);
        byte[] user = new byte[in.remaining()];
        in.get(user);
        return new FateRecord(fate, mysql, detail, at, seq, expires, id, UserKeys.decode(user));
    }
}

package io.carillon.saver.layout;

import java.nio.ByteBuffer;

/**
 * One message's record in a mailbox's index: the twin of RECORD in common.lua, big endian.
 *
 * @param id 16 bytes
 * @param collapse 8 bytes; all zero: none
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the bytes are never changed.
public record MailboxRecord(
        long seq,
        byte[] id,
        long expiresAtMs,
        long notBeforeMs,
        byte[] collapse,
        int bytes,
        Stored mysql,
        int unanswered,
        boolean late,
        boolean parked) {
    static final int BYTES = 55;

    /** Whether MySQL has it. */
    public enum Stored {
        NO(0),
        GOING(1),
        THERE(2);

        private final int number;

        Stored(int number) {
            this.number = number;
        }

        /** As common.lua has it. */
        public int number() {
            return number;
        }

        public static Stored of(int number) {
            return number == 0 ? NO : number == 1 ? GOING : THERE;
        }
    }

    public static MailboxRecord parse(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("record of " + bytes.length + " bytes (expected: " + BYTES + ")");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long seq = (long) in.getDouble();
        byte[] id = new byte[16];
        in.get(id);
        long expires = (long) in.getDouble();
        long notBefore = (long) in.getDouble();
        byte[] collapse = new byte[8];
        in.get(collapse);
        int size = in.getInt();
        Stored stored = Stored.of(in.get());
        int unanswered = in.get() & 0xFF;
        int flags = in.get();
        return new MailboxRecord(
                seq, id, expires, notBefore, collapse, size, stored, unanswered, (flags & 1) != 0, (flags & 2) != 0);
    }
}

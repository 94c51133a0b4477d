package io.carillon.saver.mysql;

/**
 * A message as MySQL keeps it.
 *
 * @param expiresAtMs by Redis's clock
 * @param collapse 8 bytes, or none
 * @param body the same bytes that Redis keeps
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the bytes are never changed.
public record MessageRow(
        int bucket,
        long seq,
        byte[] messageId,
        long expiresAtMs,
        String app,
        String user,
        byte[] collapse,
        byte[] body) {
    private static final long DAY_MS = 86_400_000L;

    /** The partition: days since 1970, UTC. */
    public static int day(long atMs) {
        return (int) (atMs / DAY_MS);
    }
}

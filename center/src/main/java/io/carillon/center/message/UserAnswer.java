package io.carillon.center.message;

import com.google.protobuf.ByteString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the business learns about one user of its request.
 *
 * @param seq 0 where the message is not stored
 * @param online null where it is not known
 * @param inRedis a copy is in Redis
 * @param inMysql a copy is committed in MySQL
 * @param reason why it is not stored or sent: a stable code, empty where there is nothing to say
 * @param detail the same for people
 */
public record UserAnswer(
        String user,
        ByteString messageId,
        long seq,
        Status status,
        @Nullable Boolean online,
        boolean inRedis,
        boolean inMysql,
        String reason,
        String detail) {
    /** The status of a message in the answer; {@code SENT} and {@code DROPPED} are for QoS 0, {@code SCHEDULED} is for later. */
    public enum Status {
        STORED,
        SENT,
        SCHEDULED,
        DROPPED,
        REJECTED,
        NOT_STORED,
        UNKNOWN;

        /** As in the API: lower case, with underscores. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

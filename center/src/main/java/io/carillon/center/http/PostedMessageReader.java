package io.carillon.center.http;

import com.google.protobuf.ByteString;
import io.carillon.center.message.PostedMessage;
import io.carillon.center.message.PostedNotice;
import io.carillon.contract.Durability;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /v1/messages}, whole, before anything happens. */
final class PostedMessageReader {
    static final int PAYLOAD_BYTES_MAX = 32 * 1024;
    static final int COLLAPSE_KEY_BYTES_MAX = 64;
    static final int NOTICE_KEY_BYTES_MAX = 256;
    static final int UPLINK_ID_BYTES_MAX = 64;
    static final long SPREAD_SECONDS_MAX = 86_400;
    static final long TTL_SECONDS_DEFAULT = 86_400;
    static final long TTL_SECONDS_MAX = 28 * 86_400L;

    /** How far ahead a message or a broadcast can be put off. */
    static final long SEND_AHEAD_SECONDS_MAX = 28 * 86_400L;

    private static final List<String> STORE_FIELDS = List.of("collapse_key", "durability", "min_copies");

    private static final List<String> PAYLOAD_FIELDS = List.of("payload", "payload_base64");

    private PostedMessageReader() {}

    /** The message, or a {@link ProblemException} that names the first offender. */
    static PostedMessage read(byte[] body, long nowMs) {
        JsonFields fields = Json.read(body);
        Recipients to = Recipients.read(fields.object("to"));
        PostedNotice notice = notice(fields);
        ByteString payload = notice == null ? payload(fields) : ByteString.EMPTY;
        long ttlMs = ttlMs(fields);
        long sendAtMs = sendAtMs(fields, nowMs);
        int qos = (int) fields.number("qos", 0, 1, 1);
        String collapseKey = fields.boundedText("collapse_key", 1, COLLAPSE_KEY_BYTES_MAX);
        Durability durability = durability(fields);
        int minCopies = (int) fields.number("min_copies", 1, 2, 1);
        String inReplyTo = fields.boundedText("in_reply_to", 1, UPLINK_ID_BYTES_MAX);
        fields.end();
        if (!inReplyTo.isEmpty() && (to.users().size() != 1 || !to.aliases().isEmpty())) {
            throw fields.invalid(
                    "in_reply_to",
                    "with " + to.users().size() + " users and " + to.aliases().size()
                            + " aliases (expected: with one user)");
        }
        if (qos == 0) {
            STORE_FIELDS.stream().filter(fields::has).findFirst().ifPresent(field -> {
                throw fields.invalid(field, "with qos 0, which stores nothing (expected: absent)");
            });
        }
        if (qos == 0 && notice != null) {
            throw fields.invalid("notice", "with qos 0, which no device can put off (expected: qos 1)");
        }
        if (minCopies == 2 && durability == Durability.DURABILITY_REDIS) {
            throw fields.invalid("min_copies", "2 with durability redis, which makes one copy (expected: 1)");
        }
        return new PostedMessage(
                to.users(),
                to.aliases(),
                payload,
                notice,
                inReplyTo,
                ttlMs,
                qos,
                collapseKey,
                durability,
                minCopies,
                sendAtMs);
    }

    static long ttlMs(JsonFields fields) {
        return fields.number("ttl_seconds", 1, TTL_SECONDS_MAX, TTL_SECONDS_DEFAULT) * 1_000;
    }

    /** When it is to be sent; 0: now. What is past is taken, so that a late repeat is the same request. */
    static long sendAtMs(JsonFields fields, long nowMs) {
        long sendAtMs = Math.max(0, fields.timeMs("send_at", 0));
        if (sendAtMs > nowMs + SEND_AHEAD_SECONDS_MAX * 1_000) {
            throw fields.invalid("send_at", "too far ahead (expected: at most 28 days)");
        }
        return sendAtMs;
    }

    static @Nullable PostedNotice notice(JsonFields fields) {
        if (!fields.has("notice")) {
            return null;
        }
        for (String other : PAYLOAD_FIELDS) {
            if (fields.has(other)) {
                throw fields.invalid(
                        "notice",
                        "given together with " + other + " (expected: one of payload, payload_base64 and notice)");
            }
        }
        JsonFields notice = fields.object("notice");
        String key = notice.text("key");
        notice.boundedText("key", 1, NOTICE_KEY_BYTES_MAX);
        long notBeforeMs = Math.max(0, notice.timeMs("not_before", 0));
        int spreadSeconds = (int) notice.number("spread_seconds", 0, SPREAD_SECONDS_MAX, 0);
        notice.end();
        return new PostedNotice(key, notBeforeMs, spreadSeconds);
    }

    static ByteString payload(JsonFields fields) {
        boolean text = fields.has("payload");
        boolean base64 = fields.has("payload_base64");
        if (text == base64) {
            throw fields.invalid(
                    "payload",
                    (text ? "given together with payload_base64" : "absent")
                            + " (expected: one of payload, payload_base64 and notice)");
        }
        ByteString payload = text
                ? ByteString.copyFromUtf8(fields.text("payload"))
                : ByteString.copyFrom(fields.base64("payload_base64"));
        if (payload.size() > PAYLOAD_BYTES_MAX) {
            throw new ProblemException(Problem.field(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    text ? "payload" : "payload_base64",
                    payload.size() + " bytes (expected: at most " + PAYLOAD_BYTES_MAX + ")"));
        }
        return payload;
    }

    private static Durability durability(JsonFields fields) {
        return switch (fields.text("durability", "mysql")) {
            case "mysql" -> Durability.DURABILITY_MYSQL;
            case "redis" -> Durability.DURABILITY_REDIS;
            default -> throw fields.invalid("durability", "not known (expected: mysql or redis)");
        };
    }
}

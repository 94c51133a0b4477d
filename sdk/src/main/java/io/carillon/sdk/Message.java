package io.carillon.sdk;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One message as its listener gets it. Immutable, but for the bytes of {@link #payload}, which are the listener's own. */
public final class Message {
    private final String app;
    private final String user;
    private final MessageId id;
    private final long seq;
    private final Delivery delivery;
    private final byte[] payload;
    private final @Nullable Notice notice;
    private final String inReplyTo;

    /** How it came. */
    static final class Delivery {
        final boolean late;
        final boolean broadcast;
        final boolean stored;

        Delivery(boolean late, boolean broadcast, boolean stored) {
            this.late = late;
            this.broadcast = broadcast;
            this.stored = stored;
        }
    }

    /** "There is something, key K, ask the business for it, not before T." */
    public static final class Notice {
        private final String key;
        private final long notBeforeMs;
        private final int spreadSeconds;

        Notice(String key, long notBeforeMs, int spreadSeconds) {
            this.key = key;
            this.notBeforeMs = notBeforeMs;
            this.spreadSeconds = spreadSeconds;
        }

        /** What to ask the business for. */
        public String key() {
            return key;
        }

        /** The earliest time to ask, milliseconds since 1970 by the server's clock. */
        public long notBeforeMs() {
            return notBeforeMs;
        }

        /** The devices' moments to ask are spread over so many seconds after {@link #notBeforeMs}. */
        public int spreadSeconds() {
            return spreadSeconds;
        }
    }

    Message(
            String app,
            String user,
            MessageId id,
            long seq,
            Delivery delivery,
            byte[] payload,
            @Nullable Notice notice,
            String inReplyTo) {
        this.app = app;
        this.user = user;
        this.id = id;
        this.seq = seq;
        this.delivery = delivery;
        this.payload = payload;
        this.notice = notice;
        this.inReplyTo = inReplyTo;
    }

    /** The app that it was sent in. */
    public String app() {
        return app;
    }

    /** The user that it was sent to. */
    public String user() {
        return user;
    }

    /** The id that the HTTP answer gave to the sender. */
    public MessageId id() {
        return id;
    }

    /** Grows with every stored message of this user; of a broadcast, with every broadcast of the app; 0 if not stored. */
    public long seq() {
        return seq;
    }

    /** Whether it may be older than what was delivered before it. */
    public boolean late() {
        return delivery.late;
    }

    /** Whether it was sent to many at once; {@link #id} is the broadcast's then. */
    public boolean isBroadcast() {
        return delivery.broadcast;
    }

    /** False for QoS 0: such a message is delivered at most once. */
    public boolean stored() {
        return delivery.stored;
    }

    /** At most 32 KiB, opaque to Carillon; the same array at each call. */
    public byte[] payload() {
        return payload;
    }

    /** The payload as UTF-8. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** Present when the message carries no payload but a notice. */
    public @Nullable Notice notice() {
        return notice;
    }

    /** The id of the uplink that this message answers, empty where it answers none. */
    public String inReplyTo() {
        return inReplyTo;
    }

    @Override
    public String toString() {
        return "Message[id=" + id + ", app=" + app + ", user=" + user + ", seq=" + seq + ", bytes=" + payload.length
                + "]";
    }
}

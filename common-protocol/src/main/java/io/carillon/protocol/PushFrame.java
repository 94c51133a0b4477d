package io.carillon.protocol;

import java.nio.ByteBuffer;

/**
 * PUSH, room to client: one message. Layout of the body:
 *
 * <pre>
 * flags       1 byte
 * binding     varint
 * seq         varint    the mailbox's sequence number; of a broadcast its bseq; 0 with QOS0
 * back        varint    seq - prev_seq, 0 where nothing was pending before; absent with BROADCAST or QOS0
 * message id  16 bytes
 * [extension  varint length, then a protobuf PushExtension; only with EXTENSION]
 * payload     the rest
 * </pre>
 */
public final class PushFrame {
    /** May be older than what was delivered before it. */
    public static final int FLAG_LATE = 0x01;
    /** Carries no payload but a notice in its extension. */
    public static final int FLAG_NOTICE = 0x02;
    /** seq is a bseq. */
    public static final int FLAG_BROADCAST = 0x04;
    /** Not stored: not acknowledged. */
    public static final int FLAG_QOS0 = 0x08;
    /** An extension follows the message id. */
    public static final int FLAG_EXTENSION = 0x10;
    /** With BROADCAST: every broadcast up to this one was sent on this connection, or is not for this binding. */
    public static final int FLAG_FLOOR = 0x20;

    /** Bytes of a message id. */
    public static final int MESSAGE_ID_BYTES = 16;

    private static final int FLAGS_WITHOUT_BACK = FLAG_BROADCAST | FLAG_QOS0;

    private final int flags;
    private final int binding;
    private final long seq;
    private final long prevSeq;
    private final byte[] messageId;
    private final byte[] extension;
    private final byte[] payload;

    private PushFrame(
            int flags, int binding, long seq, long prevSeq, byte[] messageId, byte[] extension, byte[] payload) {
        this.flags = flags;
        this.binding = binding;
        this.seq = seq;
        this.prevSeq = prevSeq;
        this.messageId = messageId;
        this.extension = extension;
        this.payload = payload;
    }

    public int flags() {
        return flags;
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    public int binding() {
        return binding;
    }

    public long seq() {
        return seq;
    }

    /** The newest seq that was pending before this one; 0: none. */
    public long prevSeq() {
        return prevSeq;
    }

    /** 16 bytes, the frame's own. */
    public byte[] messageId() {
        return messageId;
    }

    /** A serialized PushExtension, empty where there is none; the frame's own. */
    public byte[] extension() {
        return extension;
    }

    /** The frame's own. */
    public byte[] payload() {
        return payload;
    }

    /** Bytes of the body before the payload. */
    public static int headSize(int flags, int binding, long seq, long prevSeq, int extensionBytes) {
        int size = 1 + Varint.size(binding) + Varint.size(seq) + MESSAGE_ID_BYTES;
        if ((flags & FLAGS_WITHOUT_BACK) == 0) {
            size += Varint.size(prevSeq == 0 ? 0 : seq - prevSeq);
        }
        if ((flags & FLAG_EXTENSION) != 0) {
            size += Varint.size(extensionBytes) + extensionBytes;
        }
        return size;
    }

    /**
     * Writes the body up to the payload. {@code messageId} and {@code extension} are read from their position and left
     * as they are; the extension is written where {@link #FLAG_EXTENSION} is set.
     */
    public static void writeHead(
            ByteBuffer to, int flags, int binding, long seq, long prevSeq, ByteBuffer messageId, ByteBuffer extension) {
        to.put((byte) flags);
        Varint.write(to, binding);
        Varint.write(to, seq);
        if ((flags & FLAGS_WITHOUT_BACK) == 0) {
            Varint.write(to, prevSeq == 0 ? 0 : seq - prevSeq);
        }
        to.put(messageId.duplicate());
        if ((flags & FLAG_EXTENSION) != 0) {
            Varint.write(to, extension.remaining());
            to.put(extension.duplicate());
        }
    }

    /**
     * Reads a body, from the buffer's position to its limit.
     *
     * @throws ProtocolException MALFORMED_FRAME
     */
    public static PushFrame read(ByteBuffer body) throws ProtocolException {
        if (!body.hasRemaining()) {
            throw new ProtocolException(ProtocolCode.MALFORMED_FRAME, "PUSH: empty body");
        }
        int flags = body.get() & 0xFF;
        int binding = Varint.readBounded(body, ProtocolVersion.BINDINGS_MAX - 1, "PUSH binding");
        long seq = Varint.read(body);
        long prevSeq = 0;
        if ((flags & FLAGS_WITHOUT_BACK) == 0) {
            long back = Varint.read(body);
            if (seq < 0 || back < 0 || back > seq) {
                throw new ProtocolException(
                        ProtocolCode.MALFORMED_FRAME, "PUSH back: " + back + " (expected: 0 to seq, " + seq + ")");
            }
            prevSeq = back == 0 ? 0 : seq - back;
        }
        byte[] messageId = take(body, MESSAGE_ID_BYTES, "PUSH message id");
        byte[] extension = new byte[0];
        if ((flags & FLAG_EXTENSION) != 0) {
            int length = Varint.readBounded(body, body.remaining(), "PUSH extension length");
            extension = take(body, length, "PUSH extension");
        }
        byte[] payload = take(body, body.remaining(), "PUSH payload");
        return new PushFrame(flags, binding, seq, prevSeq, messageId, extension, payload);
    }

    private static byte[] take(ByteBuffer from, int length, String name) throws ProtocolException {
        if (from.remaining() < length) {
            throw new ProtocolException(
                    ProtocolCode.MALFORMED_FRAME,
                    name + ": " + from.remaining() + " bytes left (expected: " + length + ")");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }
}

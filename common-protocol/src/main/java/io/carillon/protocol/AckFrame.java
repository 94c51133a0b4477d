package io.carillon.protocol;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * ACK, client to room: what became of messages. Layout of the body:
 *
 * <pre>
 * flags       1 byte    bit 0: a receive window follows
 * [window     varint    the client's new receive window, 0 to 256; 0 pauses]
 * entries until the body ends, each
 *   kind      1 byte    0 done, 1 later, 2 refused; bit 6 (0x40): the seqs are bseqs of broadcasts
 *   binding   varint
 *   [seconds  varint    only with later: when to offer it again]
 *   [reason   varint    only with refused: the client's number for why]
 *   count     varint    seqs that follow, 1 to 1024
 *   first     varint    the lowest seq
 *   deltas    count - 1 varints, each the distance to the seq before, at least 1
 * </pre>
 *
 * <p>Every seq stands for itself: there is no "all up to N". A run of neighbours costs a byte a message.
 */
public final class AckFrame {
    public static final int KIND_DONE = 0;
    public static final int KIND_LATER = 1;
    public static final int KIND_REFUSED = 2;

    /** Seqs of one entry at most. */
    public static final int SEQS_MAX = 1024;

    private static final int FLAG_WINDOW = 0x01;
    private static final int KIND_MASK = 0x3F;
    private static final int KIND_BROADCAST = 0x40;

    private AckFrame() {}

    /** Takes what {@link #read} finds, in the order of the frame. */
    public interface Sink {
        /** The client's new receive window, for every binding of the connection. */
        void onWindow(int window);

        /**
         * One seq.
         *
         * @param kind one of KIND_DONE, KIND_LATER, KIND_REFUSED
         * @param argument seconds with KIND_LATER, the client's reason with KIND_REFUSED, else 0
         */
        void onSeq(int binding, boolean broadcast, long seq, int kind, int argument);
    }

    /**
     * Reads a body, from the buffer's position to its limit. The whole body is checked before the sink sees anything.
     *
     * @throws ProtocolException MALFORMED_FRAME; the sink was not called
     */
    public static void read(ByteBuffer body, Sink sink) throws ProtocolException {
        ByteBuffer again = body.duplicate();
        walk(body, null);
        walk(again, sink);
    }

    private static void walk(ByteBuffer body, @Nullable Sink sink) throws ProtocolException {
        if (!body.hasRemaining()) {
            throw new ProtocolException(ProtocolCode.MALFORMED_FRAME, "ACK: empty body");
        }
        if ((body.get() & FLAG_WINDOW) != 0) {
            int window = Varint.readBounded(body, ProtocolVersion.RECEIVE_WINDOW_MAX, "ACK window");
            if (sink != null) {
                sink.onWindow(window);
            }
        }
        while (body.hasRemaining()) {
            int head = body.get() & 0xFF;
            int kind = head & KIND_MASK;
            if (kind > KIND_REFUSED || (head & 0x80) != 0) {
                throw new ProtocolException(
                        ProtocolCode.MALFORMED_FRAME, "ACK kind: " + head + " (expected: 0, 1 or 2, plus 64)");
            }
            boolean broadcast = (head & KIND_BROADCAST) != 0;
            int binding = Varint.readBounded(body, ProtocolVersion.BINDINGS_MAX - 1, "ACK binding");
            int argument = kind == KIND_DONE ? 0 : Varint.readBounded(body, Integer.MAX_VALUE, "ACK argument");
            int count = Varint.readBounded(body, SEQS_MAX, "ACK count");
            if (count == 0) {
                throw new ProtocolException(
                        ProtocolCode.MALFORMED_FRAME, "ACK count: 0 (expected: 1 to " + SEQS_MAX + ")");
            }
            long seq = 0;
            for (int i = 0; i < count; i++) {
                long delta = Varint.read(body);
                if (delta <= 0 || seq + delta < 0) {
                    throw new ProtocolException(
                            ProtocolCode.MALFORMED_FRAME,
                            "ACK seq: not growing (delta " + delta + " after " + seq + ")");
                }
                seq += delta;
                if (sink != null) {
                    sink.onSeq(binding, broadcast, seq, kind, argument);
                }
            }
        }
    }

    /** Bytes of the body's start. A negative window is left out. */
    public static int startSize(int window) {
        return window < 0 ? 1 : 1 + Varint.size(window);
    }

    /** Writes the body's start. A negative window is left out. */
    public static void writeStart(ByteBuffer to, int window) {
        to.put((byte) (window < 0 ? 0 : FLAG_WINDOW));
        if (window >= 0) {
            Varint.write(to, window);
        }
    }

    /** Bytes of one entry; {@code seqs} ascending, from {@code from} to {@code to} (exclusive). */
    public static int entrySize(int kind, int binding, int argument, long[] seqs, int from, int to) {
        int size = 1 + Varint.size(binding) + Varint.size(to - from) + Varint.size(seqs[from]);
        if (kind != KIND_DONE) {
            size += Varint.size(argument);
        }
        for (int i = from + 1; i < to; i++) {
            size += Varint.size(seqs[i] - seqs[i - 1]);
        }
        return size;
    }

    /** Writes one entry; {@code seqs} strictly ascending, at most {@link #SEQS_MAX} of them. */
    public static void writeEntry(
            ByteBuffer out, int kind, boolean broadcast, int binding, int argument, long[] seqs, int from, int to) {
        out.put((byte) (broadcast ? kind | KIND_BROADCAST : kind));
        Varint.write(out, binding);
        if (kind != KIND_DONE) {
            Varint.write(out, argument);
        }
        Varint.write(out, to - from);
        Varint.write(out, seqs[from]);
        for (int i = from + 1; i < to; i++) {
            Varint.write(out, seqs[i] - seqs[i - 1]);
        }
    }
}

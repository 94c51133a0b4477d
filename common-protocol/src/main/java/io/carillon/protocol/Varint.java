package io.carillon.protocol;

import java.nio.ByteBuffer;

/** Unsigned LEB128 as protobuf writes it: seven bits a byte, lowest first, the high bit says that more follow. */
public final class Varint {
    /** The longest form of 64 bits, bytes. */
    public static final int BYTES_MAX = 10;

    private Varint() {}

    /** Bytes that {@code value}, taken as unsigned, needs. */
    public static int size(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Writes {@code value}, taken as unsigned, at the buffer's position. */
    public static void write(ByteBuffer to, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            to.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        to.put((byte) rest);
    }

    /**
     * Reads one at the buffer's position.
     *
     * @throws ProtocolException if the buffer ends inside it or it does not fit into 64 bits
     */
    public static long read(ByteBuffer from) throws ProtocolException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (!from.hasRemaining()) {
                throw new ProtocolException(ProtocolCode.MALFORMED_FRAME, "varint: the frame ends inside it");
            }
            byte next = from.get();
            if (shift == 63 && (next & 0xFE) != 0) {
                break;
            }
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new ProtocolException(ProtocolCode.MALFORMED_FRAME, "varint: longer than 64 bits");
    }

    /** Reads one that has to lie in 0..max; {@code name} stands in the error. */
    public static int readBounded(ByteBuffer from, int max, String name) throws ProtocolException {
        long value = read(from);
        if (value < 0 || value > max) {
            throw new ProtocolException(
                    ProtocolCode.MALFORMED_FRAME,
                    name + ": " + Long.toUnsignedString(value) + " (expected: 0 to " + max + ")");
        }
        return (int) value;
    }
}

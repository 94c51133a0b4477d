package io.carillon.protocol;

import java.nio.Buffer;
import java.nio.ByteBuffer;

/**
 * The head of a frame: one type byte and a varint body length. Parsed into one {@code long}, so that a reader in a hot
 * loop allocates nothing.
 */
public final class FrameHeader {
    /** {@link #parse}: more bytes are needed to tell. */
    public static final long INCOMPLETE = -1;

    /** The longest header, bytes: lengths are below 2^28. */
    public static final int BYTES_MAX = 5;

    private FrameHeader() {}

    /**
     * Reads a header at the buffer's position, which moves behind it; where it is {@link #INCOMPLETE} the position stays.
     * The length is checked here, before a byte of the body is buffered.
     *
     * @param bodyBytesMax the longest body that is allowed, bytes
     * @return to be read with {@link #type} and {@link #length}, or {@link #INCOMPLETE}
     * @throws ProtocolException FRAME_TOO_LARGE where the length is over the limit, MALFORMED_FRAME where the varint is
     *     longer than four bytes
     */
    public static long parse(ByteBuffer from, int bodyBytesMax) throws ProtocolException {
        int start = from.position();
        int available = from.remaining();
        if (available < 2) {
            return INCOMPLETE;
        }
        int type = from.get(start) & 0xFF;
        int length = 0;
        for (int i = 1; ; i++) {
            if (i == BYTES_MAX) {
                throw new ProtocolException(
                        ProtocolCode.MALFORMED_FRAME, "frame length: more than 4 bytes (frame type " + type + ")");
            }
            if (i == available) {
                return INCOMPLETE;
            }
            byte next = from.get(start + i);
            length |= (next & 0x7F) << (7 * (i - 1));
            if (next >= 0) {
                if (length > bodyBytesMax) {
                    throw new ProtocolException(
                            ProtocolCode.FRAME_TOO_LARGE,
                            "frame length: " + length + " (expected: at most " + bodyBytesMax + ", frame type " + type
                                    + ")");
                }
                // Of Buffer: Android before API 28 has no position(int) of ByteBuffer's own.
                ((Buffer) from).position(start + i + 1);
                return ((long) length << 8) | type;
            }
        }
    }

    /** The type byte of a parsed header, 0 to 255. */
    public static int type(long header) {
        return (int) (header & 0xFF);
    }

    /** The body's length of a parsed header, bytes. */
    public static int length(long header) {
        return (int) (header >>> 8);
    }

    /** Bytes of a header whose body has {@code length} bytes. */
    public static int size(int length) {
        return 1 + Varint.size(length);
    }

    /** Writes a header at the buffer's position. */
    public static void write(ByteBuffer to, int type, int length) {
        to.put((byte) type);
        Varint.write(to, length);
    }
}

package io.carillon.sdk.wire;

import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.ProtocolException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into frames. Frames that arrive whole are not copied; nothing is held between them. Not
 * thread-safe.
 */
public final class FrameReader {
    private final int bodyBytesMax;

    /** The start of a frame whose rest has not come, ready to be read; null where there is none. */
    private @Nullable ByteBuffer partial;

    public FrameReader(int bodyBytesMax) {
        this.bodyBytesMax = bodyBytesMax;
    }

    /** Whether a frame has begun and not ended. */
    public boolean midFrame() {
        return partial != null;
    }

    /**
     * Takes bytes, all of them, and hands over the frames that they complete.
     *
     * @throws ProtocolException where they break the format; the reader is then of no more use
     */
    public void read(ByteBuffer bytes, FrameSink sink) throws ProtocolException {
        ByteBuffer from = partial == null ? bytes : join(partial, bytes);
        partial = null;
        while (from.hasRemaining()) {
            int start = from.position();
            long header = FrameHeader.parse(from, bodyBytesMax);
            if (header == FrameHeader.INCOMPLETE || from.remaining() < FrameHeader.length(header)) {
                ((Buffer) from).position(start);
                partial = join(ByteBuffer.allocate(0), from);
                return;
            }
            int end = from.position() + FrameHeader.length(header);
            ByteBuffer body = from.duplicate();
            ((Buffer) body).limit(end);
            ((Buffer) from).position(end);
            if (!sink.onFrame(FrameHeader.type(header), body)) {
                ((Buffer) from).position(from.limit());
            }
        }
    }

    private static ByteBuffer join(ByteBuffer first, ByteBuffer second) {
        ByteBuffer joined = ByteBuffer.allocate(first.remaining() + second.remaining());
        joined.put(first).put(second);
        ((Buffer) joined).flip();
        return joined;
    }
}

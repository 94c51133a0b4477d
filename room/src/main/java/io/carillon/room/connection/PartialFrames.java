package io.carillon.room.connection;

import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * The beginnings of frames of one loop whose ends have not come: how many bytes they take in all, and for how long. Without
 * it some thousands of clients that never finish a frame could hold all memory there is for buffers. Event-loop confined.
 *
 * <p>Each connection is watched once, however many frames it begins meanwhile.
 */
final class PartialFrames {
    private final long bytesMax;
    private final long timeNs;
    private final ArrayDeque<Watched> watched = new ArrayDeque<>();
    private long bytes;

    private record Watched(FrameInput connection, ByteBuf frame, long sinceNs) {}

    /** @param timeNs from a frame's first byte to its last */
    PartialFrames(long bytesMax, long timeNs) {
        this.bytesMax = bytesMax;
        this.timeNs = timeNs;
    }

    /** Takes bytes, also beyond the bound: whoever is told that they are gives them back at its end. */
    void take(int more) throws ProtocolException {
        bytes += more;
        if (bytes > bytesMax) {
            throw new ProtocolException(
                    ProtocolCode.BUSY, "the room holds too many beginnings of frames (expected: whole ones)");
        }
    }

    void giveBack(int fewer) {
        bytes -= fewer;
    }

    /** The connection holds the beginning of a frame, and is not watched yet. */
    void watch(FrameInput connection, ByteBuf frame, long nowNs) {
        watched.add(new Watched(connection, frame, nowNs));
    }

    /** Ends connections that still hold the same beginning. */
    @SuppressWarnings("ReferenceEquality") // Another buffer may begin with the same bytes.
    void endOverdue(long nowNs) {
        for (Watched oldest = watched.peek();
                oldest != null && nowNs - oldest.sinceNs >= timeNs;
                oldest = watched.peek()) {
            watched.remove();
            ByteBuf now = oldest.connection.watchedFrame();
            if (now == null) {
                oldest.connection.unwatched();
            } else if (now == oldest.frame) {
                oldest.connection.fail(ProtocolCode.IDLE_TIMEOUT, "a frame was begun and not finished in time");
            } else {
                watch(oldest.connection, now, nowNs);
            }
        }
    }
}

package io.carillon.room.broadcast;

import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.PushFrame;
import io.carillon.room.delivery.EncodedFrame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The PUSH frames of one broadcast: one direct buffer for each binding number, with and without the FLOOR flag, encoded
 * when it is first needed and written to every connection of the room. What is dropped here lives on until the last
 * socket has taken it. Thread-safe.
 */
final class SharedFrames {
    private final BroadcastRecord record;
    private final FrameBudget budget;

    /** Guarded by this, for writes; read without: who misses a frame asks again under the lock. */
    private volatile @Nullable EncodedFrame[] frames = {};

    private boolean dropped;

    SharedFrames(BroadcastRecord record, FrameBudget budget) {
        this.record = record;
        this.budget = budget;
    }

    /** The frame; null where the room's budget is spent: then the connection gets a copy of its own. */
    @Nullable
    EncodedFrame get(int binding, boolean floor) {
        int index = 2 * binding + (floor ? 1 : 0);
        @Nullable EncodedFrame[] known = frames;
        EncodedFrame frame = index < known.length ? known[index] : null;
        return frame != null ? frame : encode(index, binding, floor);
    }

    private synchronized @Nullable EncodedFrame encode(int index, int binding, boolean floor) {
        EncodedFrame known = index < frames.length ? frames[index] : null;
        if (known != null || dropped) {
            return known;
        }
        int flags = record.flags() | (floor ? PushFrame.FLAG_FLOOR : 0);
        int length =
                PushFrame.headSize(flags, binding, record.bseq, 0, record.extension.size()) + record.payload.size();
        int size = FrameHeader.size(length) + length;
        if (!budget.take(size)) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(size);
        FrameHeader.write(bytes, FrameType.PUSH, length);
        PushFrame.writeHead(
                bytes,
                flags,
                binding,
                record.bseq,
                0,
                record.id.asReadOnlyByteBuffer(),
                record.extension.asReadOnlyByteBuffer());
        record.payload.copyTo(bytes);
        EncodedFrame frame = new EncodedFrame(bytes.flip(), record.payload.size());
        @Nullable EncodedFrame[] wider = new @Nullable EncodedFrame[2 * ProtocolVersion.BINDINGS_MAX];
        System.arraycopy(frames, 0, wider, 0, frames.length);
        wider[index] = frame;
        frames = wider;
        return frame;
    }

    /** The broadcast is over: nothing is encoded any more, and the budget is free. */
    synchronized void drop() {
        dropped = true;
        for (EncodedFrame frame : frames) {
            if (frame != null) {
                budget.giveBack(frame.bytes().remaining());
            }
        }
        frames = new @Nullable EncodedFrame[0];
    }
}

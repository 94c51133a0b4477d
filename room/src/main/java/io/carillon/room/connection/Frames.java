package io.carillon.room.connection;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.PushFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Frames as buffers, each of exactly its size; the caller owns what it gets. Thread-safe. */
final class Frames {
    private static final ByteBuf PING = constant(FrameType.PING);
    private static final ByteBuf PONG = constant(FrameType.PONG);

    private Frames() {}

    private static ByteBuf constant(int type) {
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(2, 2).writeByte(type).writeByte(0).asReadOnly());
    }

    static ByteBuf ping() {
        return PING.duplicate();
    }

    static ByteBuf pong() {
        return PONG.duplicate();
    }

    static ByteBuf control(ByteBufAllocator alloc, int type, MessageLite body) {
        int length = body.getSerializedSize();
        int size = FrameHeader.size(length) + length;
        ByteBuf frame = alloc.directBuffer(size, size);
        ByteBuffer bytes = frame.internalNioBuffer(0, size);
        FrameHeader.write(bytes, type, length);
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            body.writeTo(out);
            out.flush();
        } catch (IOException e) {
            frame.release();
            throw new UncheckedIOException(e);
        }
        return frame.writerIndex(size);
    }

    /**
     * PUSH as one buffer. The payload lies on the heap, as the inner RPC left it, so that it has to be copied once for
     * the socket in any case; copied behind its head it costs one buffer and one write instead of two.
     */
    static ByteBuf push(
            ByteBufAllocator alloc,
            int binding,
            int flags,
            long seq,
            long prevSeq,
            ByteString messageId,
            ByteString extension,
            ByteString payload) {
        int length = PushFrame.headSize(flags, binding, seq, prevSeq, extension.size()) + payload.size();
        int size = FrameHeader.size(length) + length;
        ByteBuf frame = alloc.directBuffer(size, size);
        ByteBuffer bytes = frame.internalNioBuffer(0, size);
        FrameHeader.write(bytes, FrameType.PUSH, length);
        PushFrame.writeHead(
                bytes,
                flags,
                binding,
                seq,
                prevSeq,
                messageId.asReadOnlyByteBuffer(),
                extension.asReadOnlyByteBuffer());
        payload.copyTo(bytes);
        return frame.writerIndex(size);
    }
}

package io.carillon.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames one behind the other into chunks: one encoder, one pooled buffer and one write for all frames of a turn.
 * Nothing leaves before {@link #flush}. Event-loop confined.
 */
final class FrameWriter {
    private static final int LARGE_BYTES_LEAST = 32 * 1024;

    private final Channel channel;

    /** Writes the open chunk; null where none is open. */
    private @Nullable CodedOutputStream out;

    /** The open chunk is the event loop's array. */
    private @Nullable Scratch scratch;

    /** The open chunk is a buffer: a frame that is too large for the array, or the array is another writer's. */
    private @Nullable ByteBuf large;

    FrameWriter(Channel channel) {
        this.channel = channel;
    }

    void request(long id, int methodId, long timeLeftUs, int sentUs, MessageLite body, int bodyBytes) {
        try {
            CodedOutputStream to = begin(Wire.REQUEST_HEAD_BYTES + bodyBytes, Wire.REQUEST);
            to.writeFixed64NoTag(id);
            to.writeRawByte((byte) methodId);
            to.writeRawByte((byte) (methodId >>> 8));
            to.writeFixed32NoTag((int) timeLeftUs);
            to.writeFixed32NoTag(sentUs);
            body.writeTo(to);
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
    }

    void answer(long id, MessageLite body, int bodyBytes) {
        try {
            CodedOutputStream to = begin(Wire.ANSWER_HEAD_BYTES + bodyBytes, Wire.ANSWER);
            to.writeFixed64NoTag(id);
            body.writeTo(to);
        } catch (IOException | RuntimeException e) {
            throw broken(e);
        }
    }

    void failure(long id, RpcStatus status, boolean notExecuted, String text) {
        try {
            byte[] bytes = cut(text.getBytes(StandardCharsets.UTF_8));
            CodedOutputStream to = begin(Wire.FAILURE_HEAD_BYTES + bytes.length, Wire.FAILURE);
            to.writeFixed64NoTag(id);
            to.writeRawByte((byte) status.wire());
            to.writeRawByte((byte) (notExecuted ? 1 : 0));
            to.writeRawBytes(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void ping(int sentUs) {
        try {
            begin(Wire.PING_BYTES, Wire.PING).writeFixed32NoTag(sentUs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A frame of its type alone. */
    void bare(byte type) {
        frame(type, new byte[0]);
    }

    void frame(byte type, byte[] rest) {
        try {
            begin(1 + rest.length, type).writeRawBytes(rest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void flush() {
        if (out != null) {
            seal();
            channel.flush();
        }
    }

    /** Drops what was not flushed. */
    void release() {
        out = null;
        giveBack();
        ByteBuf open = large;
        if (open != null) {
            large = null;
            open.release();
        }
    }

    private CodedOutputStream begin(int frameBytes, byte type) throws IOException {
        int needed = Wire.LENGTH_BYTES + frameBytes;
        CodedOutputStream to = out;
        if (to == null || to.spaceLeft() < needed) {
            to = open(needed);
        }
        to.writeFixed32NoTag(frameBytes);
        to.writeRawByte(type);
        return to;
    }

    private CodedOutputStream open(int bytes) throws IOException {
        if (out != null) {
            seal();
        }
        CodedOutputStream to;
        if (bytes <= Scratch.BYTES && !Scratch.ofThread().outTaken) {
            scratch = Scratch.ofThread();
            scratch.outTaken = true;
            to = CodedOutputStream.newInstance(scratch.out);
        } else {
            ByteBuf opened = channel.alloc().directBuffer(Math.max(LARGE_BYTES_LEAST, bytes));
            to = CodedOutputStream.newInstance(opened.internalNioBuffer(0, opened.capacity()));
            large = opened;
        }
        out = to;
        return to;
    }

    /** A body did not write what it had measured: what stands in the chunk is of no use, nor is the connection. */
    private IllegalStateException broken(Exception cause) {
        release();
        channel.close();
        return new IllegalStateException("rpc body could not be written", cause);
    }

    /** Passes the chunk to the channel, which consumes it. */
    private void seal() {
        CodedOutputStream to = out;
        if (to == null) {
            return;
        }
        out = null;
        int bytes = to.getTotalBytesWritten();
        ByteBuf full = large;
        large = null;
        if (full == null) {
            full = channel.alloc().directBuffer(bytes);
            full.writeBytes(Scratch.ofThread().out, 0, bytes);
            giveBack();
        } else {
            flushed(to);
            full.writerIndex(bytes);
        }
        channel.write(full, channel.voidPromise());
    }

    private static void flushed(CodedOutputStream to) {
        try {
            to.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void giveBack() {
        if (scratch != null) {
            scratch.outTaken = false;
            scratch = null;
        }
    }

    private static byte[] cut(byte[] text) {
        if (text.length <= Wire.TEXT_BYTES_MAX) {
            return text;
        }
        int end = Wire.TEXT_BYTES_MAX;
        // Not in the middle of a character.
        while (end > 0 && (text[end] & 0xC0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(text, end);
    }
}

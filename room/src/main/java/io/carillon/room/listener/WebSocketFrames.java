package io.carillon.room.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket (RFC 6455) as the stream of bytes that its binary messages are, for a handler that reads and writes as on TCP. Event-loop
 * confined.
 *
 * <p>Nothing is gathered: the bytes of a message are unmasked where they lie and handed on as they come, so that whoever reads them
 * decides what to hold; at rest there is no buffer. Each buffer that is written becomes one binary message. No extension is
 * spoken, compression included.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0F;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7F;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int CONTROL_BYTES_MAX = 125;

    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int UNSUPPORTED_DATA = 1003;
    private static final int TOO_BIG = 1009;

    /** A message up to so long is copied behind its header: one buffer and one entry for the socket instead of two. */
    private static final int COPIED_BYTES_MAX = 1024;

    private final int messageBytesMax;
    /** The header of a frame that is split over reads; null at rest. */
    private @Nullable ByteBuf split;
    /** The payload of a control frame that is split over reads; null at rest. */
    private @Nullable ByteBuf control;

    private int opcode;
    private int mask;
    private int left;
    private int messageBytes;
    private boolean inMessage;
    private boolean closing;
    private boolean pongWritten;

    WebSocketFrames(int messageBytesMax) {
        this.messageBytesMax = messageBytesMax;
    }

    // ---- in
    // -------------------------------------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable() && !closing) {
                if (left > 0) {
                    readPayload(ctx, in);
                } else {
                    readHeader(ctx, in);
                }
            }
        } finally {
            in.release();
        }
    }

    /** Reads a header where it lies; only one that is split is copied. */
    private void readHeader(ChannelHandlerContext ctx, ByteBuf in) {
        if (split == null && in.readableBytes() >= headerBytes(in)) {
            begin(ctx, in);
            return;
        }
        if (split == null) {
            split = ctx.alloc().buffer(2 + Long.BYTES + Integer.BYTES);
        }
        ByteBuf header = split;
        while (in.isReadable() && header.readableBytes() < headerBytes(header)) {
            header.writeByte(in.readByte());
        }
        if (header.readableBytes() == headerBytes(header)) {
            split = null;
            try {
                begin(ctx, header);
            } finally {
                header.release();
            }
        }
    }

    /** How long the header is that begins here, as far as that shows. */
    private static int headerBytes(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return 2;
        }
        int second = in.getUnsignedByte(in.readerIndex() + 1);
        int more = (second & LENGTH) == LENGTH_16 ? Short.BYTES : (second & LENGTH) == LENGTH_64 ? Long.BYTES : 0;
        return 2 + more + ((second & MASKED) == 0 ? 0 : Integer.BYTES);
    }

    private void begin(ChannelHandlerContext ctx, ByteBuf header) {
        int first = header.readUnsignedByte();
        int second = header.readUnsignedByte();
        long length = second & LENGTH;
        if (length == LENGTH_16) {
            length = header.readUnsignedShort();
        } else if (length == LENGTH_64) {
            length = header.readLong();
        }
        boolean fin = (first & FIN) != 0;
        opcode = first & OPCODE;
        if ((first & RESERVED) != 0 || (second & MASKED) == 0 || length < 0) {
            fail(ctx, PROTOCOL_ERROR, "a frame that breaks the format (expected: masked, no reserved bit)");
            return;
        }
        mask = header.readInt();
        if (opcode >= CLOSE) {
            beginControl(ctx, fin, length);
        } else {
            beginData(ctx, fin, length);
        }
    }

    private void beginControl(ChannelHandlerContext ctx, boolean fin, long length) {
        if (!fin || length > CONTROL_BYTES_MAX || opcode > PONG) {
            fail(ctx, PROTOCOL_ERROR, "a control frame that breaks the format");
            return;
        }
        left = (int) length;
        if (length == 0) {
            onControl(ctx, ctx.alloc().buffer(0));
        } else {
            control = ctx.alloc().buffer((int) length);
        }
    }

    private void beginData(ChannelHandlerContext ctx, boolean fin, long length) {
        if (opcode == TEXT) {
            fail(ctx, UNSUPPORTED_DATA, "a text message (expected: binary)");
        } else if (opcode != (inMessage ? CONTINUATION : BINARY)) {
            fail(ctx, PROTOCOL_ERROR, "a frame out of turn");
        } else if (length > messageBytesMax - (inMessage ? messageBytes : 0)) {
            fail(ctx, TOO_BIG, "a message of more than " + messageBytesMax + " bytes");
        } else {
            messageBytes = (int) length + (inMessage ? messageBytes : 0);
            inMessage = !fin;
            left = (int) length;
        }
    }

    private void readPayload(ChannelHandlerContext ctx, ByteBuf in) {
        int length = Math.min(left, in.readableBytes());
        unmask(in, length);
        left -= length;
        ByteBuf gathered = control;
        if (gathered == null) {
            ctx.fireChannelRead(in.readRetainedSlice(length));
            return;
        }
        gathered.writeBytes(in, length);
        if (left == 0) {
            control = null;
            onControl(ctx, gathered);
        }
    }

    /** In place; the mask is turned to where the next piece of the payload begins. */
    private void unmask(ByteBuf in, int length) {
        int at = in.readerIndex();
        int end = at + length;
        for (; at + Integer.BYTES <= end; at += Integer.BYTES) {
            in.setInt(at, in.getInt(at) ^ mask);
        }
        for (; at < end; at++) {
            in.setByte(at, in.getByte(at) ^ (mask >>> 24));
            mask = Integer.rotateLeft(mask, Byte.SIZE);
        }
    }

    /** Consumes {@code payload}. */
    private void onControl(ChannelHandlerContext ctx, ByteBuf payload) {
        switch (opcode) {
            case PING -> {
                ctx.write(frame(ctx, PONG, payload), ctx.voidPromise());
                pongWritten = true;
            }
            case CLOSE -> {
                int code = payload.readableBytes() >= Short.BYTES ? payload.readUnsignedShort() : NORMAL;
                payload.release();
                sayClose(ctx, code, "");
            }
            default -> payload.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (pongWritten) {
            pongWritten = false;
            ctx.flush();
        }
        ctx.fireChannelReadComplete();
    }

    private void fail(ChannelHandlerContext ctx, int code, String reason) {
        sayClose(ctx, code, reason);
    }

    private void sayClose(ChannelHandlerContext ctx, int code, String reason) {
        closing = true;
        ctx.writeAndFlush(closeFrame(ctx, code, reason)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (split != null) {
            split.release();
            split = null;
        }
        if (control != null) {
            control.release();
            control = null;
        }
    }

    // ---- out
    // ------------------------------------------------------------------------------------------------------------

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf out = (ByteBuf) message;
        int length = out.readableBytes();
        if (length == 0) {
            ctx.write(out, promise);
        } else if (length <= COPIED_BYTES_MAX) {
            ctx.write(frame(ctx, BINARY, out), promise);
        } else {
            ctx.write(header(ctx, BINARY, length, 0), ctx.voidPromise());
            ctx.write(out, promise);
        }
    }

    /** Consumes {@code payload}. */
    private static ByteBuf frame(ChannelHandlerContext ctx, int opcode, ByteBuf payload) {
        int length = payload.readableBytes();
        try {
            return header(ctx, opcode, length, length).writeBytes(payload);
        } finally {
            payload.release();
        }
    }

    private static ByteBuf header(ChannelHandlerContext ctx, int opcode, int length, int room) {
        ByteBuf header = ctx.alloc().directBuffer(2 + Long.BYTES + room).writeByte(FIN | opcode);
        if (length < LENGTH_16) {
            return header.writeByte(length);
        } else if (length <= 0xFFFF) {
            return header.writeByte(LENGTH_16).writeShort(length);
        }
        return header.writeByte(LENGTH_64).writeLong(length);
    }

    private static ByteBuf closeFrame(ChannelHandlerContext ctx, int code, String reason) {
        ByteBuf payload = ctx.alloc().buffer().writeShort(code);
        payload.writeCharSequence(reason, StandardCharsets.US_ASCII);
        return frame(ctx, CLOSE, payload);
    }

    /** Says goodbye as a WebSocket does; a peer that takes nothing is cut off, as is one that is told twice. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closing || !ctx.channel().isActive() || !ctx.channel().isWritable()) {
            ctx.close(promise);
            return;
        }
        closing = true;
        ctx.writeAndFlush(closeFrame(ctx, NORMAL, "")).addListener(any -> ctx.close(promise));
    }
}

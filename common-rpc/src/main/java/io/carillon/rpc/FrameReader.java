package io.carillon.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what arrives into frames and gives them to the sink of the phase that the connection is in.
 *
 * <p>A length is checked, its sign too, before anything behind it is kept. Whole frames are read where they arrived;
 * only the beginning of an unfinished one is copied, into a buffer that grows with what really comes, not with what was
 * announced. Bodies are parsed by one decoder laid over many of them. Event-loop confined.
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(FrameReader.class);

    private FrameSink sink;
    private int frameBytesMax;
    private boolean stopped;

    /** The beginning of a frame whose rest has not come; owned. */
    private @Nullable ByteBuf rest;

    /** Laid over a part of the buffer that is being read; null until a body of it is parsed. */
    private @Nullable CodedInputStream bodies;

    /** The part of that buffer under it. */
    private int bodiesStart;

    private int bodiesEnd;

    FrameReader(FrameSink first, int frameBytesMax) {
        this.sink = first;
        this.frameBytesMax = frameBytesMax;
    }

    /** The next phase takes over, with the next frame. */
    void become(FrameSink next, int nextFrameBytesMax) {
        sink = next;
        frameBytesMax = nextFrameBytesMax;
    }

    /** Reads no more frames, also none that have arrived. */
    void stop() {
        stopped = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf kept = rest;
        if (kept != null) {
            kept.writeBytes(in);
            in.release();
            in = kept;
            rest = null;
        }
        boolean keep = false;
        try {
            cut(in);
            keep = !stopped && in.isReadable();
        } catch (BadFrameException bad) {
            stopped = true;
            sink.onBadFrame(String.valueOf(bad.getMessage()));
            ctx.close();
        } finally {
            bodies = null;
            if (keep) {
                keep(ctx, in, kept != null);
            } else {
                in.release();
            }
        }
    }

    private void cut(ByteBuf in) throws BadFrameException {
        while (!stopped && in.readableBytes() >= Wire.LENGTH_BYTES) {
            int index = in.readerIndex();
            int length = in.getIntLE(index);
            if (length < 1 || length > frameBytesMax) {
                throw new BadFrameException("frame of " + length + " bytes (expected: 1 to " + frameBytesMax + ")");
            }
            if (in.readableBytes() < Wire.LENGTH_BYTES + length) {
                return;
            }
            in.readerIndex(index + Wire.LENGTH_BYTES + length);
            sink.onFrame(in.getByte(index + Wire.LENGTH_BYTES), in, index + Wire.LENGTH_BYTES + 1, length - 1);
        }
    }

    /** Consumes {@code in}; {@code ours}: it is the buffer of the beginning, gone on with. */
    private void keep(ChannelHandlerContext ctx, ByteBuf in, boolean ours) {
        if (ours) {
            in.discardReadBytes();
            rest = in;
            return;
        }
        ByteBuf copy = ctx.alloc().buffer(Math.max(in.readableBytes() * 2, 1024));
        copy.writeBytes(in);
        in.release();
        rest = copy;
    }

    /** Parses a body out of the frame that the sink is being given. */
    <M extends MessageLite> M parse(Parser<M> parser, ByteBuf in, int index, int length)
            throws InvalidProtocolBufferException {
        try {
            CodedInputStream from = bodies;
            if (from == null || index + length > bodiesEnd) {
                from = layOver(in, index, length);
            } else {
                from.skipRawBytes(index - bodiesStart - from.getTotalBytesRead());
            }
            int limit = from.pushLimit(length);
            M body = parser.parseFrom(from);
            from.checkLastTagWas(0);
            from.popLimit(limit);
            return body;
        } catch (InvalidProtocolBufferException bad) {
            // The decoder stands anywhere: the next body gets a new one.
            bodies = null;
            throw bad;
        } catch (IOException e) {
            bodies = null;
            throw new InvalidProtocolBufferException(e);
        }
    }

    /** A decoder over a copy of this body and as many of those behind it as the scratch array holds. */
    private CodedInputStream layOver(ByteBuf in, int index, int length) {
        byte[] array = length <= Scratch.BYTES ? Scratch.ofThread().in : new byte[length];
        int bytes = Math.min(in.writerIndex() - index, array.length);
        in.getBytes(index, array, 0, bytes);
        bodiesStart = index;
        bodiesEnd = index + bytes;
        CodedInputStream over = CodedInputStream.newInstance(array, 0, bytes);
        bodies = over;
        return over;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        sink.onReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        sink.onWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stopped = true;
        ByteBuf kept = rest;
        if (kept != null) {
            rest = null;
            kept.release();
        }
        sink.onClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            // An expected end of a connection: counted where the connection is closed.
            log.debug("rpc connection lost remote={} cause={}", ctx.channel().remoteAddress(), cause.toString());
        } else {
            log.error("rpc connection failed remote={}", ctx.channel().remoteAddress(), cause);
        }
        ctx.close();
    }
}

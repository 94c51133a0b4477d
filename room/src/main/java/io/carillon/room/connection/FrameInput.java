package io.carillon.room.connection;

import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames off a socket. Event-loop confined. It is the reading half of {@link Connection}, and no object of its own,
 * since there are a million of them.
 *
 * <p>At rest it holds no buffer: frames are read where the socket's bytes lie, and only one that is incomplete is copied,
 * after its length was checked, into a buffer that grows as its bytes arrive. Those are bounded: {@link PartialFrames}.
 */
abstract class FrameInput extends ChannelInboundHandlerAdapter {
    final ConnectionLoop loop;
    private @Nullable ByteBuf partial;
    /** {@link PartialFrames} knows of it. */
    private boolean watched;
    /** What is read waits: the login does. */
    boolean held;
    /** Nothing is read any more, and nothing written. */
    boolean closing;

    FrameInput(ConnectionLoop loop) {
        this.loop = loop;
    }

    /** The longest body that is taken now. */
    abstract int frameBytesMax();

    /** @param body borrowed until the return */
    abstract void onFrame(int type, ByteBuffer body) throws ProtocolException;

    /** Ends the connection. */
    public abstract void fail(ProtocolCode code, String text);

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        assert loop.loop().inLoop();
        if (!(message instanceof ByteBuf in)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            if (!closing) {
                read(in);
            }
        } catch (ProtocolException e) {
            fail(e.code(), String.valueOf(e.getMessage()));
        } finally {
            in.release();
        }
    }

    /** Borrows {@code in}. */
    private void read(ByteBuf in) throws ProtocolException {
        if (held) {
            keep(in, in.readableBytes());
            return;
        }
        while (partial != null && in.isReadable() && !closing && !held) {
            readIntoPartial(partial, in);
        }
        if (held && in.isReadable()) {
            read(in);
        } else if (partial == null && !closing) {
            readFrames(in);
            if (in.isReadable() && !closing) {
                keep(in, in.readableBytes());
            }
        }
    }

    /** Moves as much of {@code in} as the frame that {@code buffer} began still needs, and no more. */
    private void readIntoPartial(ByteBuf buffer, ByteBuf in) throws ProtocolException {
        keep(in, Math.min(missing(buffer), in.readableBytes()));
        if (missing(buffer) == 0) {
            partial = null;
            try {
                readFrames(buffer);
            } finally {
                drop(buffer);
            }
        }
    }

    /** Copies bytes of a frame that is not whole yet. */
    private void keep(ByteBuf in, int count) throws ProtocolException {
        ByteBuf kept = partial;
        int before = 0;
        if (kept == null) {
            kept = in.alloc().buffer(count);
            partial = kept;
            if (!watched) {
                watched = true;
                loop.partials().watch(this, kept, loop.loop().nowNs());
            }
        } else {
            before = kept.capacity();
        }
        kept.writeBytes(in, count);
        loop.partials().take(kept.capacity() - before);
    }

    private void drop(ByteBuf kept) {
        loop.partials().giveBack(kept.capacity());
        kept.release();
    }

    /** The beginning of a frame that waits for the rest; null where none does, or the end has come. */
    @Nullable
    ByteBuf watchedFrame() {
        return closing || held ? null : partial;
    }

    void unwatched() {
        watched = false;
    }

    /** Bytes that the frame which begins the buffer needs to be complete, or to have one more byte of its header. */
    private int missing(ByteBuf buffer) throws ProtocolException {
        ByteBuffer bytes = buffer.nioBuffer();
        int available = bytes.remaining();
        long header = FrameHeader.parse(bytes, frameBytesMax());
        if (header == FrameHeader.INCOMPLETE) {
            return 1;
        }
        return bytes.position() + FrameHeader.length(header) - available;
    }

    /** Takes the whole frames at the start of {@code in}; what is incomplete stays. Borrows {@code in}. */
    private void readFrames(ByteBuf in) throws ProtocolException {
        while (in.isReadable() && !closing && !held) {
            ByteBuffer bytes = in.nioBufferCount() == 1
                    ? in.internalNioBuffer(in.readerIndex(), in.readableBytes())
                    : in.nioBuffer();
            int start = bytes.position();
            long header = FrameHeader.parse(bytes, frameBytesMax());
            if (header == FrameHeader.INCOMPLETE || bytes.remaining() < FrameHeader.length(header)) {
                return;
            }
            int length = FrameHeader.length(header);
            in.skipBytes(bytes.position() - start + length);
            bytes.limit(bytes.position() + length);
            onFrame(FrameHeader.type(header), bytes);
        }
    }

    /** Reads what waited while {@link #held}. */
    final void readHeld() {
        ByteBuf waiting = partial;
        partial = null;
        if (waiting == null) {
            return;
        }
        try {
            read(waiting);
        } catch (ProtocolException e) {
            fail(e.code(), String.valueOf(e.getMessage()));
        } finally {
            drop(waiting);
        }
    }

    /** Drops what was begun. */
    final void forget() {
        if (partial != null) {
            drop(partial);
            partial = null;
        }
    }
}

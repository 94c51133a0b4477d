package io.carillon.room.connection;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.client.Cursor;
import io.carillon.protocol.client.Error;
import io.carillon.protocol.client.Overflow;
import io.carillon.room.delivery.EncodedFrame;
import io.carillon.room.listener.ClientAddress;
import io.carillon.room.listener.Listeners;
import io.carillon.room.session.ClientSession;
import io.carillon.room.session.CloseReason;
import io.carillon.room.session.Login;
import io.carillon.room.session.Phase;
import io.carillon.room.session.SessionOutput;
import io.carillon.room.session.Visitor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One socket: the Netty handler that has frames taken off it, and the output of its state machine. Event-loop confined. */
public final class Connection extends FrameInput implements SessionOutput {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final int NO_TICK = Integer.MAX_VALUE;
    /** How long a closing connection has for what was written to it. */
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(2);

    private final long id;
    private Phase phase;
    private @Nullable ChannelHandlerContext context;
    /** The wheel's next entry of this connection. */
    private int nearTick = NO_TICK;
    /** One behind it that is in the wheel as well, so that it need not be entered again. */
    private int farTick = NO_TICK;

    private boolean flushScheduled;
    private boolean closedCounted;

    // The field is read by Login only after the constructor, so that handing out `this` is safe.
    Connection(ConnectionLoop loop, long id, Duration beforeLogin, Visitor visitor) {
        super(loop);
        this.id = id;
        this.phase = new Login(loop.shared(), this, id, beforeLogin, visitor);
    }

    public long id() {
        return id;
    }

    /** How the client came, as in GO_AWAY's addresses; empty where that is not known. */
    String transport() {
        return context == null ? "" : Listeners.transportOf(context.channel());
    }

    /** Null before login and after the end. */
    public @Nullable ClientSession session() {
        return closing ? null : phase.session();
    }

    // ---- from the socket
    // -----------------------------------------------------------------------------------------------

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (closing) {
            ctx.close();
        }
    }

    @Override
    int frameBytesMax() {
        return phase.frameBytesMax();
    }

    @Override
    void onFrame(int type, ByteBuffer body) throws ProtocolException {
        enter(phase.onFrame(type, body));
    }

    private void enter(Phase next) {
        if (next != phase) {
            phase = next;
            loop.counters().loggedIn();
        }
    }

    @Override
    public boolean lose(long id, Supplier<Phase> onLost) {
        ConnectionLoop other = loop.sibling(id);
        if (other == null || context == null) {
            return false;
        }
        if (other == loop) {
            loop.lose(id);
            return false;
        }
        held = true;
        context.channel().config().setAutoRead(false);
        other.loop().execute(() -> {
            other.lose(id);
            loop.loop().execute(() -> release(onLost));
        });
        return true;
    }

    /** Goes on where {@link #held} began. */
    private void release(Supplier<Phase> next) {
        held = false;
        if (closing || context == null) {
            return;
        }
        enter(next.get());
        readHeld();
        context.channel().config().setAutoRead(context.channel().isWritable());
    }

    /** The client is elsewhere: this ends as if the socket had closed. */
    void lose() {
        countClosed(CloseReason.MOVED);
        end(true);
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake
                && handshake.isSuccess()
                && phase instanceof Login login) {
            login.onHandshaken();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        // Who does not read is not read from, lest its requests pile up as answers.
        ctx.channel().config().setAutoRead(writable && !held);
        if (!closing) {
            phase.onWritable(writable);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        boolean visitor = phase.isVisitor();
        end(true);
        if (!closedCounted && !visitor) {
            loop.counters().lost();
        }
        countClosed(CloseReason.CLIENT);
        loop.release(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
        loop.release(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof DecoderException) {
            // The network, or a peer that does not speak TLS.
            log.debug("connection={} failed cause={}", Long.toHexString(id), cause.toString());
        } else {
            log.error("connection={} failed", Long.toHexString(id), cause);
        }
        ctx.close();
    }

    /** The state machine's end; the socket may still take what was written. */
    private void end() {
        end(false);
    }

    /** @param lost the socket closed without a word of either side */
    private void end(boolean lost) {
        if (closing) {
            return;
        }
        closing = true;
        forget();
        if (lost) {
            phase.onLost();
        } else {
            phase.onClosed();
        }
    }

    // ---- time
    // ----------------------------------------------------------------------------------------------------------

    @Override
    public void callAt(long deadlineNs) {
        int tick = loop.wheel().tick(deadlineNs);
        if (tick < nearTick) {
            farTick = nearTick;
            nearTick = tick;
            loop.wheel().addAt(id, tick);
        }
    }

    /** An entry of the wheel fired; it may be one that nobody knows of any more. */
    void onDeadline(long nowNs) {
        int now = loop.wheel().tick();
        if (now < nearTick) {
            return;
        }
        nearTick = now < farTick ? farTick : NO_TICK;
        farTick = NO_TICK;
        if (!closing) {
            phase.onTime(nowNs);
        } else if (context != null) {
            context.close();
        }
    }

    @Override
    public @Nullable InetAddress clientAddress() {
        return context == null ? null : ClientAddress.of(context.channel());
    }

    // ---- to the socket
    // -------------------------------------------------------------------------------------------------

    @Override
    public boolean writable() {
        return !closing && context != null && context.channel().isWritable();
    }

    @Override
    public int window() {
        ClientSession session = phase.session();
        return session == null ? 0 : session.window();
    }

    @Override
    public long lastHeardAtMs() {
        ClientSession session = phase.session();
        return session == null ? 0 : session.heardAtMs();
    }

    @Override
    public void onFirstInFlight() {
        ClientSession session = phase.session();
        if (session != null) {
            session.onFirstInFlight();
        }
    }

    @Override
    public void push(
            int binding,
            int flags,
            long seq,
            long prevSeq,
            ByteString messageId,
            ByteString extension,
            ByteString payload) {
        if (context != null && !closing) {
            write(Frames.push(context.alloc(), binding, flags, seq, prevSeq, messageId, extension, payload));
            loop.counters().pushed(payload.size());
        }
    }

    @Override
    public void pushShared(EncodedFrame frame) {
        if (context != null && !closing) {
            // Not copied: only the indexes are the connection's own.
            write(Unpooled.wrappedBuffer(frame.bytes().duplicate()));
            loop.counters().pushed(frame.payloadBytes());
        }
    }

    @Override
    public void cursor(int binding, long floor) {
        send(
                FrameType.CURSOR,
                Cursor.newBuilder().setBinding(binding).setFloor(floor).build());
    }

    @Override
    public void overflowed(int binding, int dropped) {
        send(
                FrameType.OVERFLOW,
                Overflow.newBuilder().setBinding(binding).setDropped(dropped).build());
    }

    @Override
    public void send(int frameType, MessageLite body) {
        if (context != null && !closing) {
            write(Frames.control(context.alloc(), frameType, body));
        }
    }

    @Override
    public void sendPing() {
        write(Frames.ping());
    }

    @Override
    public void sendPong() {
        write(Frames.pong());
    }

    /** Consumes {@code frame}. */
    private void write(ByteBuf frame) {
        if (context == null || closing) {
            frame.release();
            return;
        }
        context.write(frame, context.voidPromise());
        if (!flushScheduled) {
            flushScheduled = true;
            loop.flushLater(this);
        }
    }

    void flush() {
        flushScheduled = false;
        if (context != null && !context.isRemoved()) {
            context.flush();
        }
    }

    @Override
    public void fail(ProtocolCode code, String text) {
        if (closing) {
            return;
        }
        log.debug("connection={} code={} text={}", Long.toHexString(id), code, text);
        send(
                FrameType.ERROR,
                Error.newBuilder().setCode(code.wire()).setText(text).build());
        if (!closedCounted) {
            closedCounted = true;
            loop.counters().failed(code);
            if (code == ProtocolCode.IDLE_TIMEOUT || code == ProtocolCode.UNRESPONSIVE) {
                loop.counters().lost();
            }
        }
        closeBehindWrites();
    }

    @Override
    public void bindingRefused(ProtocolCode code) {
        loop.counters().bindingRefused(code);
    }

    @Override
    public void close(CloseReason reason) {
        countClosed(reason);
        closeBehindWrites();
    }

    private void countClosed(CloseReason reason) {
        if (!closedCounted) {
            closedCounted = true;
            loop.counters().closed(reason);
        }
    }

    /** Closes when what was written is out; a peer that does not take it is cut off. */
    private void closeBehindWrites() {
        boolean writable = writable();
        end();
        if (context == null) {
            return;
        }
        if (writable) {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            callAt(loop.loop().nowNs() + LINGER_NS);
        } else {
            context.close();
        }
    }
}

package io.carillon.room.listener;

import io.carillon.room.admission.Handshake;
import io.carillon.room.admission.Visit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Lets a connection's first bytes through when a handshake may begin, and is gone then. While it waits it holds them, at most one
 * read, and nothing more is read. Event-loop confined.
 */
final class Turnstile extends ChannelInboundHandlerAdapter implements Handshake {
    private final Visit visit;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf held;

    Turnstile(Visit visit) {
        this.visit = visit;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (held != null) {
            held = Unpooled.wrappedBuffer(held, (ByteBuf) message);
        } else if (visit.begin(this)) {
            ctx.fireChannelRead(message);
            leave(ctx);
        } else {
            held = (ByteBuf) message;
            ctx.channel().config().setAutoRead(false);
        }
    }

    /** Later, not within whatever made the place free: who is let on may be done at once and let on the next. */
    @Override
    public void resume() {
        if (context != null) {
            context.executor().execute(this::goOn);
        }
    }

    private void goOn() {
        ChannelHandlerContext ctx = context;
        ByteBuf first = held;
        if (ctx == null || first == null || ctx.isRemoved()) {
            return;
        }
        held = null;
        ctx.fireChannelRead(first);
        ctx.fireChannelReadComplete();
        ctx.channel().config().setAutoRead(true);
        leave(ctx);
    }

    private void leave(ChannelHandlerContext ctx) {
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    @Override
    public void cut() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}

package io.carillon.room.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Says one thing to a connection that is not let in, and waits a moment for the client to have it and hang up: a socket that is
 * closed while bytes lie in it unread sends a reset, which destroys what was said. Only so many linger so; beyond, connections
 * are closed without a word.
 */
final class Farewell extends ChannelInboundHandlerAdapter {
    private static final int LINGERING_MAX = 1024;
    private static final long LINGER_S = 1;
    private static final AtomicInteger LINGERING = new AtomicInteger();

    private final ByteBuf words;

    private Farewell(ByteBuf words) {
        this.words = words;
    }

    /** Consumes {@code words}. On the channel's loop. */
    static void say(Channel channel, ByteBuf words) {
        if (LINGERING.incrementAndGet() > LINGERING_MAX) {
            LINGERING.decrementAndGet();
            words.release();
            channel.close();
            return;
        }
        channel.closeFuture().addListener(any -> LINGERING.decrementAndGet());
        channel.pipeline().addLast(new Farewell(words));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        // A channel that is only being accepted takes no writes yet.
        ctx.executor().execute(() -> ctx.writeAndFlush(words).addListener(written -> {
            if (written.isSuccess() && ctx.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            } else {
                ctx.close();
            }
        }));
        ctx.executor().schedule(() -> ctx.close(), LINGER_S, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}

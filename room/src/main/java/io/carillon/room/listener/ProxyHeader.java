package io.carillon.room.listener;

import io.carillon.runtime.net.Networks;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for the header of a trusted proxy, has the connection let in or not by what it says, and is gone. */
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    /** What follows once it is known for whom the proxy speaks. */
    interface Then {
        /** @param told null: the proxy speaks for itself */
        void enter(@Nullable InetSocketAddress told);
    }

    private final Then then;
    private final long timeoutMs;

    ProxyHeader(Then then, long timeoutMs) {
        this.then = then;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.executor()
                .schedule(
                        () -> {
                            if (!ctx.isRemoved()) {
                                ctx.close();
                            }
                        },
                        timeoutMs,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            ctx.fireChannelRead(message);
            return;
        }
        InetSocketAddress told = null;
        try {
            // LOCAL, a health check of the proxy itself, names nobody.
            InetAddress address = header.sourceAddress() == null ? null : Networks.literal(header.sourceAddress());
            if (address != null) {
                told = new InetSocketAddress(address, header.sourcePort());
            }
        } finally {
            header.release();
        }
        then.enter(told);
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Not a header.
        ctx.close();
    }
}

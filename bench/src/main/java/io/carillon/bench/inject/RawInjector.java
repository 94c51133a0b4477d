package io.carillon.bench.inject;

import io.carillon.bench.wire.RawDialect;
import io.carillon.rpc.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Sends to the C server, a burst in one write, and counts the acks that it reports back. */
public final class RawInjector implements Injector {
    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "injector");
    private final Channel channel;
    private final AtomicLong acked = new AtomicLong();
    private ByteBuf batch;
    private volatile String problem = "";

    public RawInjector(InetSocketAddress server) throws InterruptedException {
        channel = new Bootstrap()
                .group(loops)
                .channel(Transports.clientChannelClass())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        opened.pipeline().addLast(new LengthFieldBasedFrameDecoder(1 << 16, 0, 2, 0, 2), new Acks());
                    }
                })
                .connect(server)
                .sync()
                .channel();
        batch = channel.alloc().directBuffer();
        channel.writeAndFlush(channel.alloc().buffer(3).writeShort(1).writeByte(RawDialect.INJECTOR));
    }

    private final class Acks extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
            if (message.readByte() == RawDialect.ACKED) {
                acked.addAndGet(message.readUnsignedInt());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            problem = "the server closed the injector's connection";
        }
    }

    @Override
    public void send(int device, long handle, byte[] payload, boolean qos0, Fate fate) {
        batch.writeShort(1 + 12 + payload.length)
                .writeByte(RawDialect.SEND)
                .writeInt((int) handle)
                .writeLong(0)
                .writeBytes(payload);
    }

    @Override
    public void flush() {
        if (batch.isReadable()) {
            channel.writeAndFlush(batch, channel.voidPromise());
            batch = channel.alloc().directBuffer();
        }
    }

    @Override
    public void sendToAll(long number, byte[] payload, boolean qos0) {
        channel.writeAndFlush(
                channel.alloc()
                        .directBuffer()
                        .writeShort(1 + 8 + payload.length)
                        .writeByte(RawDialect.SEND_ALL)
                        .writeLong(number)
                        .writeBytes(payload),
                channel.voidPromise());
    }

    /** Acks that the server told of. */
    public long acked() {
        return acked.get();
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        batch.release();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}

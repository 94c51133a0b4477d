package io.carillon.bench.inject;

import io.carillon.bench.wire.MqttDialect;
import io.carillon.bench.wire.MqttPackets;
import io.carillon.rpc.Transports;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** A publisher: a burst goes in one write. What the broker says of its publishes is not waited for. */
public final class MqttInjector implements Injector {
    /** Seconds; it publishes more often, or has a ping sent. */
    private static final int KEEP_ALIVE = 60;

    private static final int PACKET_IDS = 0xFFFF;

    private final IntFunction<String> userOf;
    private final EventLoopGroup loops = Transports.newEventLoopGroup(1, "injector");
    private final Channel channel;
    private int packet;
    private volatile String problem = "";

    public MqttInjector(InetSocketAddress broker, String name, IntFunction<String> userOf) throws InterruptedException {
        this.userOf = userOf;
        channel = new Bootstrap()
                .group(loops)
                .channel(Transports.clientChannelClass())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        opened.pipeline().addLast(new Answers());
                    }
                })
                .connect(broker)
                .sync()
                .channel();
        channel.writeAndFlush(MqttPackets.connect(channel.alloc(), name, KEEP_ALIVE));
        channel.eventLoop()
                .scheduleAtFixedRate(
                        () -> channel.writeAndFlush(MqttPackets.pingreq(channel.alloc())),
                        KEEP_ALIVE / 2,
                        KEEP_ALIVE / 2,
                        TimeUnit.SECONDS);
    }

    private final class Answers extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf answers) {
            answers.skipBytes(answers.readableBytes());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            problem = "the broker closed the injector's connection";
        }
    }

    private int nextPacket() {
        packet = packet % PACKET_IDS + 1;
        return packet;
    }

    @Override
    public void send(int device, long handle, byte[] payload, boolean qos0, Fate fate) {
        String topic = MqttDialect.topicOf(userOf.apply(device));
        channel.write(
                MqttPackets.publish(channel.alloc(), topic, qos0 ? 0 : nextPacket(), payload), channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void sendToAll(long number, byte[] payload, boolean qos0) {
        channel.writeAndFlush(
                MqttPackets.publish(channel.alloc(), MqttDialect.TOPIC_OF_ALL, qos0 ? 0 : nextPacket(), payload),
                channel.voidPromise());
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}

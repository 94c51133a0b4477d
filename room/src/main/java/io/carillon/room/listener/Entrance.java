package io.carillon.room.listener;

import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.Busy;
import io.carillon.room.admission.Admission;
import io.carillon.room.admission.RefusalReason;
import io.carillon.room.admission.Visit;
import io.carillon.runtime.net.Networks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What happens to each connection that one listener accepts: a proxy's header, the lists, admission, and only then a pipeline.
 * Nothing is spent on a connection that is refused, TLS least of all. Shared by all connections of the listener.
 */
final class Entrance extends ChannelInitializer<Channel> {
    private static final int CLIENT_HELLO_BYTES_MAX = 16 << 10;
    private static final int MILLIS = 1000;

    private final ListenerConfig config;
    private final Door door;
    private final Duration handshakeTimeout;
    private final @Nullable ListenerTls tls;
    private final Networks proxies;
    private final Access access;

    Entrance(ListenerConfig config, Door door, Duration handshakeTimeout) {
        this.config = config;
        this.door = door;
        this.handshakeTimeout = handshakeTimeout;
        this.tls = config.isTls() ? new ListenerTls(config, System.nanoTime()) : null;
        this.proxies = Networks.parse("proxies-trusted", config.proxiesTrusted());
        this.access = new Access(config);
    }

    /** See {@link Access#look} and {@link ListenerTls#look}. */
    void look() {
        access.look();
        if (tls != null) {
            tls.look(System.nanoTime());
        }
    }

    /** Nothing comes any more. */
    void close() {
        if (tls != null) {
            tls.close();
        }
    }

    @Override
    protected void initChannel(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            // Gone already.
            channel.close();
        } else if (proxies.contains(remote.getAddress())) {
            channel.pipeline()
                    .addLast(
                            new HAProxyMessageDecoder(),
                            new ProxyHeader(told -> enterBehindProxy(channel, told), handshakeTimeout.toMillis()));
        } else {
            enter(channel, remote.getAddress(), false);
        }
    }

    private void enterBehindProxy(Channel channel, @Nullable InetSocketAddress told) {
        if (told != null) {
            ClientAddress.tell(channel, told);
        }
        enter(channel, ClientAddress.of(channel), told == null);
    }

    private void enter(Channel channel, InetAddress address, boolean exempt) {
        if (!access.admits(address)) {
            door.refused(RefusalReason.DENIED);
            channel.close();
            return;
        }
        Admission.Arrival arrival = door.arrive(channel, address, exempt);
        if (arrival.visit() == null) {
            refuse(channel, arrival);
        } else {
            letIn(channel, arrival.visit());
        }
    }

    private void letIn(Channel channel, Visit visit) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new Turnstile(visit));
        if (tls != null) {
            pipeline.addLast(new BoundedTls(tls.context(), handshakeTimeout.toMillis(), door));
        }
        if (config.isWebSocket()) {
            Upgrade.addTo(pipeline, config, door);
        }
        Duration beforeLogin = tls == null ? Duration.ZERO : handshakeTimeout;
        pipeline.addLast(door.newConnection(channel, beforeLogin, visit));
    }

    /** Where a word in clear would be understood it is said. */
    private void refuse(Channel channel, Admission.Arrival arrival) {
        if (tls != null) {
            channel.close();
        } else {
            Farewell.say(channel, config.isWebSocket() ? unavailable(arrival) : busy(channel.alloc(), arrival));
        }
    }

    private static ByteBuf busy(ByteBufAllocator alloc, Admission.Arrival arrival) {
        Busy body = Busy.newBuilder()
                .setRetryAfterMs(arrival.retryAfterMs())
                .setReason(arrival.reason().text())
                .build();
        int length = body.getSerializedSize();
        int size = FrameHeader.size(length) + length;
        ByteBuffer frame = ByteBuffer.allocate(size);
        FrameHeader.write(frame, FrameType.BUSY, length);
        frame.put(body.toByteArray());
        return alloc.buffer(size, size).writeBytes(frame.flip());
    }

    private static ByteBuf unavailable(Admission.Arrival arrival) {
        String text = arrival.reason().text() + "\n";
        return Unpooled.copiedBuffer(
                "HTTP/1.1 503 Service Unavailable\r\nretry-after: "
                        + Math.ceilDiv(arrival.retryAfterMs(), MILLIS)
                        + "\r\ncontent-type: text/plain\r\ncontent-length: " + text.length()
                        + "\r\nconnection: close\r\n\r\n" + text,
                StandardCharsets.US_ASCII);
    }

    /** TLS with one certificate for every name; bounds the ClientHello before anything is parsed of it, and the time. */
    private static final class BoundedTls extends SniHandler {
        private final long handshakeTimeoutMs;
        private final Door door;

        BoundedTls(SslContext context, long handshakeTimeoutMs, Door door) {
            super((name, promise) -> promise.setSuccess(context), CLIENT_HELLO_BYTES_MAX, handshakeTimeoutMs);
            this.handshakeTimeoutMs = handshakeTimeoutMs;
            this.door = door;
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            SslHandler handler = super.newSslHandler(context, allocator);
            handler.setHandshakeTimeoutMillis(handshakeTimeoutMs);
            long beganMs = System.currentTimeMillis();
            handler.handshakeFuture()
                    .addListener(done -> door.handshaken(
                            done.isSuccess() ? ListenerTls.outcome(handler.engine(), beganMs) : TlsOutcome.FAILED));
            return handler;
        }
    }
}

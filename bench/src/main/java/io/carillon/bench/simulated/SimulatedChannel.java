package io.carillon.bench.simulated;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A channel whose other end is a simulated device in the same process. What Netty keeps of a connection above its socket is there:
 * pipeline, configuration, outbound buffer, the handle that sizes reads, both addresses. Bytes take the same ways through the
 * pipeline; they are neither copied to a kernel nor waited for. Event-loop confined.
 */
final class SimulatedChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final FarEnd farEnd;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final int device;
    private volatile boolean active = true;

    SimulatedChannel(FarEnd farEnd, int device, InetSocketAddress local, InetSocketAddress remote) {
        super(null);
        this.farEnd = farEnd;
        this.device = device;
        this.local = local;
        this.remote = remote;
    }

    /** What the other end does. Called on the channel's loop. */
    interface FarEnd {
        /** Takes what the room has written. Borrows {@code bytes}. */
        void onBytes(SimulatedChannel channel, ByteBuf bytes);

        /** The channel is closed, by whichever end. */
        void onClosed(SimulatedChannel channel);
    }

    int device() {
        return device;
    }

    /** The other end has sent something: it is read as a socket's bytes are. On the loop; nothing where it is closed. */
    @SuppressWarnings("deprecation") // the handle, which all of Netty's own transports use
    void receive(byte[] bytes) {
        if (!active) {
            return;
        }
        RecvByteBufAllocator.Handle handle = unsafe().recvBufAllocHandle();
        handle.reset(config);
        ByteBuf in = handle.allocate(alloc());
        handle.attemptedBytesRead(Math.max(bytes.length, in.writableBytes()));
        in.writeBytes(bytes);
        handle.lastBytesRead(bytes.length);
        handle.incMessagesRead(1);
        pipeline().fireChannelRead(in);
        handle.readComplete();
        pipeline().fireChannelReadComplete();
    }

    /** The other end has hung up. On the loop. */
    void hangUp() {
        unsafe().close(voidPromise());
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        while (in.current() != null) {
            farEnd.onBytes(this, (ByteBuf) in.current());
            in.remove();
        }
    }

    @Override
    protected void doClose() {
        active = false;
        farEnd.onClosed(this);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AcceptedOnly();
    }

    /** It is connected from the beginning. */
    private final class AcceptedOnly extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("connect: a simulated channel is accepted only"));
        }
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException("bind: a simulated channel is accepted only");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doBeginRead() {
        // The other end is not held back: it sends its login, one ack a message, and pings.
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return active;
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}

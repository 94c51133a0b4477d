package io.carillon.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One device on one connection. Event-loop confined, but for what says otherwise. */
public final class DeviceLink extends ChannelInboundHandlerAdapter {
    private final int device;
    private final long dueNs;
    private final int attempt;
    private final boolean again;
    private final Dialect dialect;
    private final Links links;
    /** The server said when to come back; 0: it did not. */
    private long comeBackMs;

    private @Nullable Channel channel;
    private @Nullable ByteBuf partial;
    private @Nullable ArrayDeque<Uplink> uplinks;
    private boolean connected;
    private String reason = "closed by the server";

    private static final class Uplink {
        private final byte[] payload;
        private final long dueNs;

        Uplink(byte[] payload, long dueNs) {
            this.payload = payload;
            this.dueNs = dueNs;
        }
    }

    /**
     * @param attempt how often it was told to come later before
     * @param again it was connected a moment ago
     */
    DeviceLink(int device, long dueNs, int attempt, boolean again, Dialect dialect, Links links) {
        this.device = device;
        this.dueNs = dueNs;
        this.attempt = attempt;
        this.again = again;
        this.dialect = dialect;
        this.links = links;
    }

    public int device() {
        return device;
    }

    long dueNs() {
        return dueNs;
    }

    int attempt() {
        return attempt;
    }

    long comeBackMs() {
        return comeBackMs;
    }

    ByteBufAllocator alloc() {
        return open().alloc();
    }

    private Channel open() {
        Channel known = channel;
        if (known == null) {
            throw new IllegalStateException("device " + device + " has no socket");
        }
        return known;
    }

    // ---- what dialects say

    /** Sent with the next flush, which follows what is being read. Consumes the buffer. */
    public void answer(ByteBuf message) {
        Channel to = open();
        to.write(message, to.voidPromise());
    }

    public void loggedIn(long handle) {
        if (!connected) {
            connected = true;
            links.onConnected(this, handle, dueNs);
            schedulePing(links.firstPingMs(device));
        }
    }

    /** @return true where messages are to be acknowledged */
    public boolean delivered(ByteBuf in, int index, int length) {
        links.events().delivered(device, in, index, length);
        return links.acknowledges();
    }

    public void uplinked() {
        Uplink done = uplinks == null ? null : uplinks.poll();
        if (done != null) {
            links.events().uplinked(device, done.dueNs);
            Uplink next = uplinks == null ? null : uplinks.peek();
            if (next != null) {
                answer(dialect.uplink(alloc(), next.payload));
            }
        }
    }

    /** The server says why it is going to close. */
    public void note(String why) {
        reason = why;
    }

    /** The server takes nobody just now; it closes. */
    public void comeBack(long afterMs, String why) {
        comeBackMs = Math.max(1, afterMs);
        reason = "busy: " + why;
    }

    /** The server refuses the login. */
    public void refused(String why) {
        reason = why;
        open().close();
    }

    // ---- what a worker wants

    boolean isConnected() {
        return connected;
    }

    /** Sends an uplink, or has it wait for the one before. Any thread. */
    void uplink(byte[] payload, long uplinkDueNs) {
        Channel to = open();
        to.eventLoop().execute(() -> {
            if (uplinks == null) {
                uplinks = new ArrayDeque<>();
            }
            uplinks.add(new Uplink(payload, uplinkDueNs));
            if (uplinks.size() == 1) {
                to.writeAndFlush(dialect.uplink(to.alloc(), payload), to.voidPromise());
            }
        });
    }

    /** Any thread. */
    void setReading(boolean reading) {
        open().config().setAutoRead(reading);
    }

    /** Any thread. Null where it never was open. */
    @Nullable
    ChannelFuture close() {
        Channel to = channel;
        return to == null ? null : to.close();
    }

    private void schedulePing(long delayMs) {
        if (delayMs > 0) {
            open().eventLoop().schedule(this::ping, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void ping() {
        Channel to = open();
        if (to.isActive()) {
            to.writeAndFlush(dialect.ping(to.alloc()), to.voidPromise());
            schedulePing(links.pingIntervalMs());
        }
    }

    // ---- the socket

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ByteBuf login = again ? dialect.loginAgain(context.alloc(), device) : dialect.login(context.alloc(), device);
        context.writeAndFlush(login, context.voidPromise());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            links.onHandshake(this, context.pipeline().get(SslHandler.class));
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Dialect.BadMessageException {
        ByteBuf in = (ByteBuf) message;
        ByteBuf waiting = partial;
        if (waiting != null) {
            partial = null;
            waiting.writeBytes(in);
            in.release();
            in = waiting;
        }
        try {
            take(in);
            if (in.isReadable()) {
                partial = context.alloc()
                        .heapBuffer(Math.max(256, in.readableBytes() * 2))
                        .writeBytes(in);
            }
        } finally {
            in.release();
        }
    }

    private void take(ByteBuf in) throws Dialect.BadMessageException {
        while (in.isReadable()) {
            int length = dialect.messageBytes(in);
            if (length == 0 || length > in.readableBytes()) {
                return;
            }
            int index = in.readerIndex();
            in.skipBytes(length);
            dialect.onMessage(this, in, index, length);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ByteBuf waiting = partial;
        partial = null;
        if (waiting != null) {
            waiting.release();
        }
        links.onEnd(this, connected ? reason : "not connected: " + reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        reason = String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
        context.close();
    }
}

package io.carillon.room.listener;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.client.Error;
import io.carillon.room.admission.RefusalReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes a WebSocket of a connection's first and only HTTP request, or says why not. Behind it the connection is as it is on TCP:
 * what it says before the upgrade (that the time is over, that the room stops) becomes an HTTP answer. Event-loop confined.
 */
final class Upgrade extends ChannelDuplexHandler {
    private static final int REQUEST_LINE_BYTES_MAX = 2048;
    private static final int HEADER_BYTES_MAX = 8192;
    private static final long LINGER_S = 1;

    private final UpgradeRules rules;
    private final int messageBytesMax;
    private final Door door;
    private final HttpServerCodec codec;
    private @Nullable HttpRequest granted;
    private boolean answered;

    private Upgrade(ListenerConfig config, Door door, HttpServerCodec codec) {
        this.rules = new UpgradeRules(config.origins());
        this.messageBytesMax = config.messageBytesMax().toIntBytes();
        this.door = door;
        this.codec = codec;
    }

    static void addTo(ChannelPipeline pipeline, ListenerConfig config, Door door) {
        HttpServerCodec codec = new HttpServerCodec(new HttpDecoderConfig()
                .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setMaxChunkSize(HEADER_BYTES_MAX));
        pipeline.addLast(codec, new Upgrade(config, door, codec));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest request && !answered) {
                UpgradeRules.Violation violation = rules.violated(request);
                if (violation == null) {
                    granted = request;
                } else {
                    refuse(ctx, violation);
                }
            }
            if (message instanceof LastHttpContent && granted != null && !answered) {
                upgrade(ctx, granted);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void upgrade(ChannelHandlerContext ctx, HttpRequest request) {
        answered = true;
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, UpgradeRules.accept(request));
        if (request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, UpgradeRules.SUBPROTOCOL);
        }
        ctx.writeAndFlush(response);
        // First this, then the codec, which hands on what came behind the request: its answer must not pass here.
        ctx.pipeline().replace(this, null, new WebSocketFrames(messageBytesMax));
        ctx.pipeline().remove(codec);
    }

    private void refuse(ChannelHandlerContext ctx, UpgradeRules.Violation violation) {
        door.refused(RefusalReason.UPGRADE);
        answer(ctx, violation);
    }

    /** Answers, and closes when the client has hung up, or a moment later. */
    private void answer(ChannelHandlerContext ctx, UpgradeRules.Violation why) {
        answered = true;
        ByteBuf text = Unpooled.copiedBuffer(why.text() + "\n", StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, why.status(), text);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, text.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (why.status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, UpgradeRules.VERSION);
        } else if (why.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET");
        }
        ctx.writeAndFlush(response);
        ctx.executor().schedule(() -> ctx.close(), LINGER_S, TimeUnit.SECONDS);
    }

    /** The connection has something to say before it is a WebSocket: that it ends. */
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf frame) || !frame.isReadable()) {
            ctx.write(message, promise);
            return;
        }
        try {
            if (!answered) {
                answer(ctx, violationOf(frame.nioBuffer()));
            }
        } finally {
            frame.release();
            if (!promise.isVoid()) {
                promise.trySuccess();
            }
        }
    }

    private static UpgradeRules.Violation violationOf(ByteBuffer frame) {
        try {
            long header = FrameHeader.parse(frame, Integer.MAX_VALUE);
            Error error = FrameHeader.type(header) == FrameType.ERROR ? Error.parseFrom(frame) : null;
            if (error != null && error.getCode() == ProtocolCode.LOGIN_TIMEOUT.wire()) {
                return new UpgradeRules.Violation(HttpResponseStatus.REQUEST_TIMEOUT, "no upgrade in time");
            }
            String text = error == null ? "not now" : error.getText();
            return new UpgradeRules.Violation(HttpResponseStatus.SERVICE_UNAVAILABLE, text);
        } catch (ProtocolException | InvalidProtocolBufferException e) {
            throw new IllegalStateException("a frame of the room's own", e);
        }
    }
}

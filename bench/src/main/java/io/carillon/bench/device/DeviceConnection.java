package io.carillon.bench.device;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Error;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.NetworkKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One device: logs in when its socket is there, acknowledges what comes, answers and sends PING. Event-loop confined. */
final class DeviceConnection extends ByteToMessageDecoder {
    private static final int FRAME_BYTES_MAX = 64 << 10;
    private static final int PING_SECONDS = 60;
    private static final int RECEIVE_WINDOW = 64;

    private final int device;
    private final String user;
    private final String token;
    private final DeviceEvents events;
    private boolean connected;
    private String reason = "closed by the room";

    DeviceConnection(int device, String user, String token, DeviceEvents events) {
        this.device = device;
        this.user = user;
        this.token = token;
        this.events = events;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Connect connect = Connect.newBuilder()
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setDeviceId(user)
                .setNetwork(NetworkKind.NETWORK_KIND_WIRED)
                .setSdkVersion("bench")
                .addBindings(BindRequest.newBuilder().setBinding(0).setToken(token))
                .setReceiveWindow(RECEIVE_WINDOW)
                .setNextPingSeconds(PING_SECONDS)
                .build();
        context.writeAndFlush(control(context, FrameType.CONNECT, connect), context.voidPromise());
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws ProtocolException, InvalidProtocolBufferException {
        while (in.isReadable()) {
            ByteBuffer bytes = in.nioBuffer();
            long header = FrameHeader.parse(bytes, FRAME_BYTES_MAX);
            if (header == FrameHeader.INCOMPLETE || bytes.remaining() < FrameHeader.length(header)) {
                return;
            }
            bytes.limit(bytes.position() + FrameHeader.length(header));
            in.skipBytes(bytes.limit());
            onFrame(context, FrameHeader.type(header), bytes);
        }
    }

    private void onFrame(ChannelHandlerContext context, int type, ByteBuffer body)
            throws ProtocolException, InvalidProtocolBufferException {
        switch (type) {
            case FrameType.PUSH -> onPush(context, PushFrame.read(body));
            case FrameType.CONNECTED -> onConnected(context, Connected.parseFrom(body));
            case FrameType.PING -> context.write(empty(context, FrameType.PONG), context.voidPromise());
            case FrameType.BUSY -> reason = "busy: " + Busy.parseFrom(body).getReason();
            case FrameType.ERROR -> reason = "error: " + Error.parseFrom(body).getText();
            case FrameType.KICKED ->
                reason = "kicked: " + Kicked.parseFrom(body).getReason();
            default -> {}
        }
    }

    private void onConnected(ChannelHandlerContext context, Connected answer) {
        int code = answer.getBindings(0).getCode();
        if (code != 0) {
            reason = "binding refused: " + answer.getBindings(0).getText();
            context.close();
            return;
        }
        connected = true;
        context.executor().schedule(() -> ping(context), PING_SECONDS, TimeUnit.SECONDS);
        events.connected(device);
    }

    private static void ping(ChannelHandlerContext context) {
        if (context.channel().isActive()) {
            context.writeAndFlush(empty(context, FrameType.PING), context.voidPromise());
            context.executor().schedule(() -> ping(context), PING_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void onPush(ChannelHandlerContext context, PushFrame push) {
        events.pushed(device, push, System.nanoTime());
        if (!push.has(PushFrame.FLAG_QOS0)) {
            context.write(ack(context, push), context.voidPromise());
        }
    }

    private static ByteBuf ack(ChannelHandlerContext context, PushFrame push) {
        long[] seqs = {push.seq()};
        int length = AckFrame.startSize(-1) + AckFrame.entrySize(AckFrame.KIND_DONE, push.binding(), 0, seqs, 0, 1);
        int size = FrameHeader.size(length) + length;
        ByteBuf frame = context.alloc().directBuffer(size, size);
        ByteBuffer bytes = frame.internalNioBuffer(0, size);
        FrameHeader.write(bytes, FrameType.ACK, length);
        AckFrame.writeStart(bytes, -1);
        boolean broadcast = push.has(PushFrame.FLAG_BROADCAST);
        AckFrame.writeEntry(bytes, AckFrame.KIND_DONE, broadcast, push.binding(), 0, seqs, 0, 1);
        return frame.writerIndex(size);
    }

    private static ByteBuf control(ChannelHandlerContext context, int type, MessageLite body) {
        byte[] bytes = body.toByteArray();
        int size = FrameHeader.size(bytes.length) + bytes.length;
        ByteBuf frame = context.alloc().directBuffer(size, size);
        ByteBuffer buffer = frame.internalNioBuffer(0, size);
        FrameHeader.write(buffer, type, bytes.length);
        buffer.put(bytes);
        return frame.writerIndex(size);
    }

    private static ByteBuf empty(ChannelHandlerContext context, int type) {
        return context.alloc().directBuffer(2, 2).writeByte(type).writeByte(0);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        super.channelReadComplete(context);
        context.flush();
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
        events.lost(device, connected ? reason : "not connected: " + reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        reason = cause.toString();
        context.close();
    }
}

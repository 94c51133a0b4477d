package io.carillon.bench.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.bench.device.DeviceTokens;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Error;
import io.carillon.protocol.client.FlickerHandle;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.NetworkKind;
import io.carillon.protocol.client.Uplink;
import io.carillon.protocol.client.UplinkAck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The client protocol of Carillon. What devices say first is made beforehand, so that a storm measures the room. */
public final class CarillonDialect implements Dialect {
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final int RECEIVE_WINDOW = 256;
    private static final byte[] NOTHING = {};

    private final byte[][] logins;
    /** What names the last connection of each device, as the end of a CONNECT. */
    private final AtomicReferenceArray<byte @Nullable []> resumes;

    private final LongAdder resumed = new LongAdder();
    private final int pingSeconds;
    private final AtomicLong uplinks = new AtomicLong();

    /**
     * @param userOf the user of each device
     * @param pingSeconds what is announced to the room
     */
    public CarillonDialect(int devices, IntFunction<String> userOf, DeviceTokens tokens, int pingSeconds) {
        this.pingSeconds = pingSeconds;
        this.resumes = new AtomicReferenceArray<>(devices);
        this.logins = IntStream.range(0, devices)
                .mapToObj(device -> connect(userOf.apply(device), tokens).toByteArray())
                .toArray(byte[][]::new);
    }

    private Connect connect(String user, DeviceTokens tokens) {
        return Connect.newBuilder()
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setDeviceId(user)
                .setNetwork(NetworkKind.NETWORK_KIND_WIRED)
                .setSdkVersion("bench")
                .addBindings(BindRequest.newBuilder().setToken(tokens.of(user)))
                .setReceiveWindow(RECEIVE_WINDOW)
                .setNextPingSeconds(pingSeconds)
                .build();
    }

    @Override
    public ByteBuf login(ByteBufAllocator allocator, int device) {
        return frame(allocator, FrameType.CONNECT, logins[device], NOTHING);
    }

    @Override
    public ByteBuf loginAgain(ByteBufAllocator allocator, int device) {
        byte[] resume = resumes.get(device);
        return frame(allocator, FrameType.CONNECT, logins[device], resume == null ? NOTHING : resume);
    }

    @Override
    public long resumed() {
        return resumed.sum();
    }

    /** A body in two parts: fields of a message may come in any order. */
    private static ByteBuf frame(ByteBufAllocator allocator, int type, byte[] body, byte[] more) {
        int length = body.length + more.length;
        ByteBuffer header = ByteBuffer.allocate(FrameHeader.size(length));
        FrameHeader.write(header, type, length);
        int size = header.capacity() + length;
        return allocator
                .directBuffer(size, size)
                .writeBytes(header.flip())
                .writeBytes(body)
                .writeBytes(more);
    }

    @Override
    public int messageBytes(ByteBuf in) throws BadMessageException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        int length = 0;
        for (int i = 1; i < available; i++) {
            int next = in.getByte(start + i);
            length |= (next & 0x7F) << (7 * (i - 1));
            if (next >= 0) {
                if (length > BODY_BYTES_MAX) {
                    throw new BadMessageException("frame of " + length + " bytes");
                }
                return 1 + i + length;
            }
            if (i == FrameHeader.BYTES_MAX - 1) {
                throw new BadMessageException("frame length of more than 4 bytes");
            }
        }
        return 0;
    }

    @Override
    public void onMessage(DeviceLink link, ByteBuf in, int index, int length) throws BadMessageException {
        int type = in.getUnsignedByte(index);
        int body = index + 1;
        while (in.getByte(body) < 0) {
            body++;
        }
        body++;
        try {
            switch (type) {
                case FrameType.PUSH -> onPush(link, in, body, index + length);
                case FrameType.CONNECTED -> onConnected(link, Connected.parseFrom(bytes(in, body, index + length)));
                case FrameType.PING -> link.answer(empty(link.alloc(), FrameType.PONG));
                case FrameType.UPLINK_ACK -> onUplinkAck(link, UplinkAck.parseFrom(bytes(in, body, index + length)));
                case FrameType.BUSY -> {
                    Busy busy = Busy.parseFrom(bytes(in, body, index + length));
                    link.comeBack(busy.getRetryAfterMs(), busy.getReason());
                }
                case FrameType.ERROR ->
                    link.note("error: "
                            + Error.parseFrom(bytes(in, body, index + length)).getText());
                case FrameType.KICKED ->
                    link.note("kicked: "
                            + Kicked.parseFrom(bytes(in, body, index + length)).getReason());
                default -> {}
            }
        } catch (InvalidProtocolBufferException e) {
            throw new BadMessageException("body of a frame of type " + type + ": " + e.getMessage());
        }
    }

    private static byte[] bytes(ByteBuf in, int from, int to) {
        byte[] bytes = new byte[to - from];
        in.getBytes(from, bytes);
        return bytes;
    }

    private void onConnected(DeviceLink link, Connected answer) {
        if (answer.getBindings(0).getCode() == 0) {
            FlickerHandle handle = FlickerHandle.newBuilder()
                    .setConnectionId(answer.getConnectionId())
                    .setSecret(answer.getSecret())
                    .build();
            resumes.set(
                    link.device(),
                    Connect.newBuilder().setResume(handle).build().toByteArray());
            if (answer.getResumed()) {
                resumed.increment();
            }
            link.loggedIn(answer.getConnectionId());
        } else {
            link.refused("binding refused: " + answer.getBindings(0).getText());
        }
    }

    private static void onUplinkAck(DeviceLink link, UplinkAck ack) {
        if (ack.getCode() == 0) {
            link.uplinked();
        } else {
            link.note("uplink refused: " + ack.getText());
        }
    }

    /** {@code flags 1, binding varint, seq varint, back varint?, id 16, extension?, payload}. */
    private static void onPush(DeviceLink link, ByteBuf in, int body, int end) {
        int flags = in.getByte(body);
        int seqAt = skipVarint(in, body + 1);
        int at = skipVarint(in, seqAt);
        int seqBytes = at - seqAt;
        if ((flags & (PushFrame.FLAG_BROADCAST | PushFrame.FLAG_QOS0)) == 0) {
            at = skipVarint(in, at);
        }
        at += PushFrame.MESSAGE_ID_BYTES;
        if ((flags & PushFrame.FLAG_EXTENSION) != 0) {
            int extension = 0;
            int shift = 0;
            int next;
            do {
                next = in.getByte(at++);
                extension |= (next & 0x7F) << shift;
                shift += 7;
            } while (next < 0);
            at += extension;
        }
        boolean acknowledged = link.delivered(in, at, end - at);
        if (acknowledged && (flags & PushFrame.FLAG_QOS0) == 0) {
            link.answer(ack(link.alloc(), flags, in, body + 1, seqAt, seqBytes));
        }
    }

    private static int skipVarint(ByteBuf in, int from) {
        int at = from;
        while (in.getByte(at) < 0) {
            at++;
        }
        return at + 1;
    }

    /** {@code flags 0, kind, binding, count 1, seq}; binding and seq as they came. */
    private static ByteBuf ack(
            ByteBufAllocator allocator, int flags, ByteBuf in, int binding, int seqAt, int seqBytes) {
        int bindingBytes = seqAt - binding;
        int body = 3 + bindingBytes + seqBytes;
        return allocator
                .directBuffer(2 + body, 2 + body)
                .writeByte(FrameType.ACK)
                .writeByte(body)
                .writeByte(0)
                .writeByte((flags & PushFrame.FLAG_BROADCAST) != 0 ? 0x40 : 0)
                .writeBytes(in, binding, bindingBytes)
                .writeByte(1)
                .writeBytes(in, seqAt, seqBytes);
    }

    private static ByteBuf empty(ByteBufAllocator allocator, int type) {
        return allocator.directBuffer(2, 2).writeByte(type).writeByte(0);
    }

    @Override
    public ByteBuf ping(ByteBufAllocator allocator) {
        return empty(allocator, FrameType.PING);
    }

    @Override
    public ByteBuf uplink(ByteBufAllocator allocator, byte[] payload) {
        byte[] body = Uplink.newBuilder()
                .setForwardType("bench")
                .setId("u-" + uplinks.incrementAndGet())
                .setPayload(ByteString.copyFrom(payload))
                .build()
                .toByteArray();
        return frame(allocator, FrameType.UPLINK, body, NOTHING);
    }
}

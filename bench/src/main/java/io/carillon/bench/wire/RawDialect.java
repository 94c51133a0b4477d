package io.carillon.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * What the C server of this module speaks: {@code length 2, type 1, body}, big endian, the length that of type and body.
 * PUSH has {@code number 8} before its payload, which ACK repeats.
 */
public final class RawDialect implements Dialect {
    public static final int LOGIN = 1;
    public static final int LOGGED_IN = 2;
    public static final int PUSH = 8;
    public static final int ACK = 9;
    public static final int UPLINK = 10;
    public static final int UPLINK_ACK = 11;
    public static final int PING = 16;
    public static final int PONG = 17;
    /** From an injector: {@code device 4, number 8, payload}. */
    public static final int SEND = 32;
    /** From an injector: {@code number 8, payload}. */
    public static final int SEND_ALL = 33;
    /** To the injector that logged in with {@link #INJECTOR}: {@code count 4} acks. */
    public static final int ACKED = 34;
    /** What an injector says first. */
    public static final int INJECTOR = 35;

    public static final int HEAD_BYTES = 3;

    private final int firstDevice;

    /** @param firstDevice what the server knows device 0 of this process as */
    public RawDialect(int firstDevice) {
        this.firstDevice = firstDevice;
    }

    private static ByteBuf message(ByteBufAllocator allocator, int type, int bodyBytes) {
        int bytes = HEAD_BYTES + bodyBytes;
        return allocator.directBuffer(bytes, bytes).writeShort(1 + bodyBytes).writeByte(type);
    }

    @Override
    public ByteBuf login(ByteBufAllocator allocator, int device) {
        return message(allocator, LOGIN, 4).writeInt(firstDevice + device);
    }

    @Override
    public int messageBytes(ByteBuf in) {
        return in.readableBytes() < 2 ? 0 : 2 + in.getUnsignedShort(in.readerIndex());
    }

    @Override
    public void onMessage(DeviceLink link, ByteBuf in, int index, int length) throws BadMessageException {
        int body = index + HEAD_BYTES;
        int type = in.getByte(index + 2);
        switch (type) {
            case LOGGED_IN -> link.loggedIn((long) firstDevice + link.device());
            case PUSH -> {
                if (link.delivered(in, body + 8, length - HEAD_BYTES - 8)) {
                    link.answer(message(link.alloc(), ACK, 8).writeLong(in.getLong(body)));
                }
            }
            case UPLINK_ACK -> link.uplinked();
            case PONG -> {}
            default -> throw new BadMessageException("message of type " + type);
        }
    }

    @Override
    public ByteBuf ping(ByteBufAllocator allocator) {
        return message(allocator, PING, 0);
    }

    @Override
    public ByteBuf uplink(ByteBufAllocator allocator, byte[] payload) {
        return message(allocator, UPLINK, payload.length).writeBytes(payload);
    }
}

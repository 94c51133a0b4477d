package io.carillon.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** The packets of MQTT 3.1.1 that a device and an injector need (OASIS, mqtt-v3.1.1-os, chapter 3). */
public final class MqttPackets {
    public static final int CONNACK = 2;
    public static final int PUBLISH = 3;
    public static final int PUBACK = 4;
    public static final int SUBACK = 9;
    public static final int PINGRESP = 13;

    private static final int CLEAN_SESSION = 0x02;
    private static final int LEVEL_3_1_1 = 4;

    private MqttPackets() {}

    /** Bytes of the first packet in the buffer, head included; 0 where more are needed to tell. */
    public static int packetBytes(ByteBuf in) throws Dialect.BadMessageException {
        int start = in.readerIndex();
        int length = 0;
        for (int i = 1; i < in.readableBytes(); i++) {
            int next = in.getByte(start + i);
            length |= (next & 0x7F) << (7 * (i - 1));
            if (next >= 0) {
                return 1 + i + length;
            }
            if (i == 4) {
                throw new Dialect.BadMessageException("remaining length of more than 4 bytes");
            }
        }
        return 0;
    }

    /** Index behind the fixed header of a whole packet. */
    public static int bodyIndex(ByteBuf in, int index) {
        int at = index + 1;
        while (in.getByte(at) < 0) {
            at++;
        }
        return at + 1;
    }

    private static ByteBuf packet(ByteBufAllocator allocator, int first, int length) {
        ByteBuf packet = allocator.directBuffer(5 + length).writeByte(first);
        int left = length;
        do {
            packet.writeByte(left < 0x80 ? left : (left & 0x7F) | 0x80);
            left >>>= 7;
        } while (left > 0);
        return packet;
    }

    private static ByteBuf text(ByteBuf to, byte[] text) {
        return to.writeShort(text.length).writeBytes(text);
    }

    public static ByteBuf connect(ByteBufAllocator allocator, String client, int keepAliveSeconds) {
        byte[] id = client.getBytes(StandardCharsets.UTF_8);
        ByteBuf packet = packet(allocator, 0x10, 12 + id.length);
        text(packet, "MQTT".getBytes(StandardCharsets.UTF_8))
                .writeByte(LEVEL_3_1_1)
                .writeByte(CLEAN_SESSION)
                .writeShort(keepAliveSeconds);
        return text(packet, id);
    }

    public static ByteBuf subscribe(ByteBufAllocator allocator, String first, String second, int qos) {
        byte[] one = first.getBytes(StandardCharsets.UTF_8);
        byte[] two = second.getBytes(StandardCharsets.UTF_8);
        ByteBuf packet = packet(allocator, 0x82, 2 + 3 + one.length + 3 + two.length);
        packet.writeShort(1);
        text(packet, one).writeByte(qos);
        return text(packet, two).writeByte(qos);
    }

    /** @param id 0: QoS 0 */
    public static ByteBuf publish(ByteBufAllocator allocator, String topic, int id, byte[] payload) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        ByteBuf packet = packet(allocator, id == 0 ? 0x30 : 0x32, 2 + name.length + (id == 0 ? 0 : 2) + payload.length);
        text(packet, name);
        if (id != 0) {
            packet.writeShort(id);
        }
        return packet.writeBytes(payload);
    }

    public static ByteBuf puback(ByteBufAllocator allocator, int id) {
        return allocator.directBuffer(4, 4).writeByte(0x40).writeByte(2).writeShort(id);
    }

    public static ByteBuf pingreq(ByteBufAllocator allocator) {
        return allocator.directBuffer(2, 2).writeByte(0xC0).writeByte(0);
    }
}

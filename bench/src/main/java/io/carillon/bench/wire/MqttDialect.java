package io.carillon.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.IntFunction;

/** MQTT 3.1.1: a device subscribes to a topic of its own and to one of all, and is logged in when both stand. */
public final class MqttDialect implements Dialect {
    public static final String TOPIC_OF_ALL = "bench/all";
    private static final String TOPIC_UPLINK = "bench/up";
    private static final int UPLINK_ID = 7;

    private final IntFunction<String> userOf;
    private final int qos;
    private final int keepAliveSeconds;

    /** @param qos of the subscriptions */
    public MqttDialect(IntFunction<String> userOf, int qos, int keepAliveSeconds) {
        this.userOf = userOf;
        this.qos = qos;
        this.keepAliveSeconds = keepAliveSeconds;
    }

    public static String topicOf(String user) {
        return "bench/u/" + user;
    }

    @Override
    public ByteBuf login(ByteBufAllocator allocator, int device) {
        return MqttPackets.connect(allocator, userOf.apply(device), keepAliveSeconds);
    }

    @Override
    public int messageBytes(ByteBuf in) throws BadMessageException {
        return MqttPackets.packetBytes(in);
    }

    @Override
    public void onMessage(DeviceLink link, ByteBuf in, int index, int length) throws BadMessageException {
        int body = MqttPackets.bodyIndex(in, index);
        int type = in.getUnsignedByte(index) >>> 4;
        switch (type) {
            case MqttPackets.CONNACK -> onConnack(link, in.getByte(body + 1));
            case MqttPackets.SUBACK -> link.loggedIn(link.device());
            case MqttPackets.PUBLISH -> onPublish(link, in, index, body, index + length);
            case MqttPackets.PUBACK -> link.uplinked();
            case MqttPackets.PINGRESP -> {}
            default -> throw new BadMessageException("packet of type " + type);
        }
    }

    private void onConnack(DeviceLink link, int code) {
        if (code == 0) {
            String own = topicOf(userOf.apply(link.device()));
            link.answer(MqttPackets.subscribe(link.alloc(), own, TOPIC_OF_ALL, qos));
        } else {
            link.refused("CONNACK " + code);
        }
    }

    private static void onPublish(DeviceLink link, ByteBuf in, int index, int body, int end) {
        int at = body + 2 + in.getUnsignedShort(body);
        boolean acknowledged = (in.getByte(index) & 0x06) != 0;
        int id = acknowledged ? in.getUnsignedShort(at) : 0;
        at += acknowledged ? 2 : 0;
        link.delivered(in, at, end - at);
        if (acknowledged) {
            link.answer(MqttPackets.puback(link.alloc(), id));
        }
    }

    @Override
    public ByteBuf ping(ByteBufAllocator allocator) {
        return MqttPackets.pingreq(allocator);
    }

    @Override
    public ByteBuf uplink(ByteBufAllocator allocator, byte[] payload) {
        return MqttPackets.publish(allocator, TOPIC_UPLINK, UPLINK_ID, payload);
    }
}

package io.carillon.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.carillon.protocol.client.Address;
import io.carillon.protocol.client.Bind;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Bound;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Command;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Cursor;
import io.carillon.protocol.client.Disconnect;
import io.carillon.protocol.client.Error;
import io.carillon.protocol.client.GoAway;
import io.carillon.protocol.client.Heartbeat;
import io.carillon.protocol.client.Kicked;
import io.carillon.protocol.client.NetworkKind;
import io.carillon.protocol.client.Notice;
import io.carillon.protocol.client.Overflow;
import io.carillon.protocol.client.PushExtension;
import io.carillon.protocol.client.Tags;
import io.carillon.protocol.client.Unbind;
import io.carillon.protocol.client.Uplink;
import io.carillon.protocol.client.UplinkAck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** One frame of each kind, as the codec writes it. */
final class SampleFrames {
    static final long SEQ = 1_800_000_000_000_005L;
    static final long PREV_SEQ = 1_800_000_000_000_001L;
    static final byte[] MESSAGE_ID = {
        0x01,
        (byte) 0x97,
        (byte) 0xA3,
        (byte) 0xC4,
        0x5E,
        (byte) 0x8F,
        0x70,
        0x00,
        (byte) 0xA1,
        (byte) 0xB2,
        (byte) 0xC3,
        (byte) 0xD4,
        (byte) 0xE5,
        (byte) 0xF6,
        0x07,
        0x18
    };
    private static final String TOKEN = "eyJ.eyJ.c2ln";

    private SampleFrames() {}

    static byte[] of(String name) {
        return Objects.requireNonNull(all().get(name), name);
    }

    static Map<String, byte[]> all() {
        Map<String, byte[]> frames = new LinkedHashMap<>();
        login(frames);
        bindings(frames);
        messages(frames);
        acks(frames);
        frames.put("PING", frame(FrameType.PING, new byte[0]));
        frames.put("PING interval", frame(FrameType.PING, new byte[] {(byte) 0x8E, 0x02}));
        frames.put("PING settled", frame(FrameType.PING, new byte[] {(byte) 0x8E, 0x02, (byte) 0x8E, 0x02}));
        frames.put("PONG", frame(FrameType.PONG, new byte[0]));
        ends(frames);
        return frames;
    }

    private static void login(Map<String, byte[]> frames) {
        frames.put(
                "CONNECT",
                frame(
                        FrameType.CONNECT,
                        Connect.newBuilder()
                                .setProtocolVersion(1)
                                .setDeviceId("device-1")
                                .setNetwork(NetworkKind.NETWORK_KIND_WIFI)
                                .setSdkVersion("carillon/0.1")
                                .addBindings(BindRequest.newBuilder().setToken(TOKEN))
                                .addBindings(
                                        BindRequest.newBuilder().setBinding(1).setToken(TOKEN))
                                .setReceiveWindow(16)
                                .setNextPingSeconds(210)
                                .build()));
        byte[] secret = new byte[16];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) i;
        }
        frames.put(
                "CONNECTED",
                frame(
                        FrameType.CONNECTED,
                        Connected.newBuilder()
                                .setConnectionId(0x0100002A00000001L)
                                .setSecret(ByteString.copyFrom(secret))
                                .setHeartbeat(Heartbeat.newBuilder()
                                        .setMinSeconds(45)
                                        .setMaxSeconds(1760)
                                        .setStartSeconds(210))
                                .setFrameBytesMax(65_536)
                                .setServerTimeMs(1_800_000_000_000L)
                                .addBindings(
                                        BindOutcome.newBuilder().setApp("demo").setUser("alice"))
                                .addBindings(BindOutcome.newBuilder()
                                        .setBinding(1)
                                        .setCode(ProtocolCode.TOKEN_REFUSED.wire())
                                        .setText("exp: expired"))
                                .setRoom("room-1")
                                .setReceiveWindow(16)
                                .build()));
    }

    private static void bindings(Map<String, byte[]> frames) {
        BindRequest request =
                BindRequest.newBuilder().setBinding(2).setToken(TOKEN).build();
        frames.put(
                "BIND",
                frame(FrameType.BIND, Bind.newBuilder().setBinding(request).build()));
        BindRequest knowing = BindRequest.newBuilder()
                .setToken(TOKEN)
                .setCursor(BroadcastCursor.newBuilder().setFloor(PREV_SEQ).addSeenAbove(SEQ))
                .build();
        frames.put(
                "BIND cursor",
                frame(FrameType.BIND, Bind.newBuilder().setBinding(knowing).build()));
        BindOutcome outcome = BindOutcome.newBuilder()
                .setBinding(2)
                .setApp("demo")
                .setUser("bob")
                .build();
        frames.put(
                "BOUND",
                frame(FrameType.BOUND, Bound.newBuilder().setOutcome(outcome).build()));
        frames.put(
                "UNBIND",
                frame(FrameType.UNBIND, Unbind.newBuilder().setBinding(2).build()));
        frames.put(
                "TAGS",
                frame(
                        FrameType.TAGS,
                        Tags.newBuilder()
                                .setBinding(1)
                                .addAdd("red")
                                .addRemove("blue")
                                .build()));
    }

    private static void messages(Map<String, byte[]> frames) {
        frames.put("PUSH", push(0, 0, SEQ, PREV_SEQ, new byte[0], "hello"));
        byte[] notice = PushExtension.newBuilder()
                .setNotice(Notice.newBuilder()
                        .setKey("order-7")
                        .setNotBeforeMs(1_800_000_060_000L)
                        .setSpreadSeconds(30))
                .build()
                .toByteArray();
        int late = PushFrame.FLAG_LATE | PushFrame.FLAG_NOTICE | PushFrame.FLAG_EXTENSION;
        frames.put("PUSH notice", push(late, 1, SEQ, 0, notice, ""));
        frames.put("PUSH qos0", push(PushFrame.FLAG_QOS0, 0, 0, 0, new byte[0], "typing"));
        int broadcast = PushFrame.FLAG_BROADCAST | PushFrame.FLAG_FLOOR;
        frames.put("PUSH broadcast", push(broadcast, 0, SEQ, 0, new byte[0], "to all"));
        frames.put(
                "CURSOR",
                frame(
                        FrameType.CURSOR,
                        Cursor.newBuilder().setBinding(1).setFloor(SEQ).build()));
        frames.put(
                "OVERFLOW",
                frame(
                        FrameType.OVERFLOW,
                        Overflow.newBuilder().setBinding(1).setDropped(3).build()));
        frames.put(
                "UPLINK",
                frame(
                        FrameType.UPLINK,
                        Uplink.newBuilder()
                                .setForwardType("chat")
                                .setId("u-1")
                                .setPayload(ByteString.copyFromUtf8("hi"))
                                .build()));
        frames.put(
                "UPLINK_ACK",
                frame(
                        FrameType.UPLINK_ACK,
                        UplinkAck.newBuilder()
                                .setId("u-1")
                                .setCode(ProtocolCode.UNAVAILABLE.wire())
                                .setText("later")
                                .setRetryAfterSeconds(5)
                                .build()));
    }

    private static void acks(Map<String, byte[]> frames) {
        ByteBuffer done = ByteBuffer.allocate(64);
        long[] seqs = {SEQ, SEQ + 1, SEQ + 6};
        AckFrame.writeStart(done, -1);
        AckFrame.writeEntry(done, AckFrame.KIND_DONE, false, 0, 0, seqs, 0, 3);
        frames.put("ACK", frame(FrameType.ACK, written(done)));
        ByteBuffer mixed = ByteBuffer.allocate(64);
        AckFrame.writeStart(mixed, 32);
        AckFrame.writeEntry(mixed, AckFrame.KIND_LATER, false, 0, 60, new long[] {SEQ}, 0, 1);
        AckFrame.writeEntry(mixed, AckFrame.KIND_REFUSED, false, 1, 7, new long[] {PREV_SEQ}, 0, 1);
        frames.put("ACK window", frame(FrameType.ACK, written(mixed)));
        ByteBuffer broadcast = ByteBuffer.allocate(64);
        AckFrame.writeStart(broadcast, -1);
        AckFrame.writeEntry(broadcast, AckFrame.KIND_DONE, true, 0, 0, new long[] {SEQ}, 0, 1);
        frames.put("ACK broadcast", frame(FrameType.ACK, written(broadcast)));
    }

    private static void ends(Map<String, byte[]> frames) {
        frames.put(
                "DISCONNECT",
                frame(
                        FrameType.DISCONNECT,
                        Disconnect.newBuilder().setReason("bye").build()));
        frames.put(
                "COMMAND",
                frame(FrameType.COMMAND, Command.newBuilder().setName("refresh").build()));
        frames.put(
                "GO_AWAY",
                frame(
                        FrameType.GO_AWAY,
                        GoAway.newBuilder()
                                .setDelayMs(1500)
                                .addAlternatives(Address.newBuilder()
                                        .setHost("room2.example")
                                        .setPort(443)
                                        .setTransport("tls"))
                                .setReason("drain")
                                .build()));
        frames.put(
                "KICKED",
                frame(
                        FrameType.KICKED,
                        Kicked.newBuilder()
                                .setBinding(1)
                                .setCode(ProtocolCode.REPLACED.wire())
                                .setReason("replaced")
                                .setNewcomerDevice("device-2")
                                .build()));
        frames.put(
                "BUSY",
                frame(
                        FrameType.BUSY,
                        Busy.newBuilder()
                                .setRetryAfterMs(5000)
                                .setReason("too many logins")
                                .build()));
        frames.put(
                "ERROR",
                frame(
                        FrameType.ERROR,
                        Error.newBuilder()
                                .setCode(ProtocolCode.UNKNOWN_FRAME.wire())
                                .setText("unknown")
                                .build()));
    }

    private static byte[] push(int flags, int binding, long seq, long prevSeq, byte[] extension, String payload) {
        byte[] data = payload.getBytes(StandardCharsets.UTF_8);
        int head = PushFrame.headSize(flags, binding, seq, prevSeq, extension.length);
        ByteBuffer body = ByteBuffer.allocate(head + data.length);
        PushFrame.writeHead(
                body, flags, binding, seq, prevSeq, ByteBuffer.wrap(MESSAGE_ID), ByteBuffer.wrap(extension));
        body.put(data);
        return frame(FrameType.PUSH, body.array());
    }

    private static byte[] written(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.position()];
        buffer.flip();
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] frame(int type, MessageLite body) {
        return frame(type, body.toByteArray());
    }

    private static byte[] frame(int type, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(body.length) + body.length);
        FrameHeader.write(frame, type, body.length);
        frame.put(body);
        return frame.array();
    }
}

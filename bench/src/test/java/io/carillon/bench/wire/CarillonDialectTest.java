package io.carillon.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.bench.device.DeviceTokens;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.Connected;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CarillonDialectTest {
    private final List<String> seen = new ArrayList<>();
    private final Dialect dialect = new CarillonDialect(
            1, device -> "user-" + device, DeviceTokens.withKey("app", "key", "0123456789abcdef0123456789abcdef"), 60);
    private final Links links = new Links(
            new Links.Settings(
                    List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)), 1, 0, 1, 1, 0, true, null),
            dialect,
            new LinkEvents() {
                @Override
                public void connected(int device, long handle, long sinceNs) {
                    seen.add("connected " + handle);
                }

                @Override
                public void delivered(int device, ByteBuf in, int index, int length) {
                    seen.add(in.toString(index, length, StandardCharsets.UTF_8));
                }

                @Override
                public void uplinked(int device, long dueNs) {}

                @Override
                public void lost(int device, String reason) {}
            });
    private final EmbeddedChannel channel = new EmbeddedChannel(new DeviceLink(0, 0, 0, false, dialect, links));

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        links.close();
    }

    private static byte[] push(int flags, long seq, long prevSeq, String payload) {
        int head = PushFrame.headSize(flags, 3, seq, prevSeq, 0);
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        int length = head + bytes.length;
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(length) + length);
        FrameHeader.write(frame, FrameType.PUSH, length);
        PushFrame.writeHead(frame, flags, 3, seq, prevSeq, ByteBuffer.allocate(16), ByteBuffer.allocate(0));
        return frame.put(bytes).array();
    }

    private byte[] written() {
        ByteBuf next = channel.readOutbound();
        assertThat(next).isNotNull();
        byte[] bytes = ByteBufUtil.getBytes(next);
        next.release();
        return bytes;
    }

    private void read(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    @Test
    void logsInAsSoonAsItsSocketIsThere() {
        assertThat(written()[0]).isEqualTo((byte) FrameType.CONNECT);
        byte[] body = Connected.newBuilder()
                .setConnectionId(77)
                .addBindings(BindOutcome.getDefaultInstance())
                .build()
                .toByteArray();
        read(new byte[] {FrameType.CONNECTED, (byte) body.length});
        read(body);
        assertThat(seen).containsExactly("connected 77");
    }

    @Test
    void acknowledgesExactlyWhatCame() throws ProtocolException {
        written();
        read(push(0, 1_800_000_000_000_005L, 1_800_000_000_000_001L, "hello"));
        byte[] ack = written();
        List<String> entries = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(ack);
        FrameHeader.parse(buffer, 100);
        AckFrame.read(buffer, new AckFrame.Sink() {
            @Override
            public void onWindow(int window) {}

            @Override
            public void onSeq(int binding, boolean broadcast, long seq, int kind, int argument) {
                entries.add(binding + " " + broadcast + " " + seq + " " + kind);
            }
        });
        assertThat(seen).containsExactly("hello");
        assertThat(entries).containsExactly("3 false 1800000000000005 0");
    }

    @Test
    void acknowledgesABroadcastAsOne() {
        written();
        read(push(PushFrame.FLAG_BROADCAST | PushFrame.FLAG_FLOOR, 300, 0, "to all"));
        assertThat(seen).containsExactly("to all");
        assertThat(written()).containsExactly(0x09, 0x06, 0x00, 0x40, 0x03, 0x01, 0xAC, 0x02);
    }

    @Test
    void doesNotAcknowledgeQos0() {
        written();
        read(push(PushFrame.FLAG_QOS0, 0, 0, "typing"));
        assertThat(seen).containsExactly("typing");
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void putsFramesTogetherThatComeInPieces() {
        written();
        byte[] frames = ByteBufUtil.getBytes(
                Unpooled.wrappedBuffer(push(0, 5, 4, "one"), push(0, 6, 5, "x".repeat(300)), push(0, 7, 6, "three")));
        for (byte one : frames) {
            read(new byte[] {one});
        }
        assertThat(seen).containsExactly("one", "x".repeat(300), "three");
    }
}

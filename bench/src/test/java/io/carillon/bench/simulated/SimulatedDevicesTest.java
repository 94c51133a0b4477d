package io.carillon.bench.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.bench.check.TestMessage;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.Connected;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The far ends, with a room played by a handler: what goes wrong on purpose is found. */
class SimulatedDevicesTest {
    private static final int RUN = 7;
    private static final int DEVICES = 300;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
    private final Map<Integer, Channel> room = new ConcurrentHashMap<>();
    private final List<String> said = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init") // set before each
    private SimulatedDevices devices;

    @SuppressWarnings("NullAway.Init") // set before each
    private Handles handles;

    @BeforeEach
    void logAllIn() throws IOException, InterruptedException {
        handles = new Handles(directory.resolve("handles"), DEVICES);
        SimulatedSetup setup = new SimulatedSetup(DEVICES, RUN, "app", "key", "s".repeat(32), "", 60, 16);
        devices = new SimulatedDevices(setup, this::accept, handles);
        devices.unicasts.take(DEVICES);
        for (int device = 0; device < DEVICES; device++) {
            devices.logIn(device);
        }
        devices.awaitLogins();
    }

    private void accept(Channel channel) {
        int device = ((SimulatedChannel) channel).device();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf in = (ByteBuf) message;
                said.add(device + " " + ByteBufUtil.hexDump(in, 0, 1));
                if (in.getByte(0) == FrameType.CONNECT) {
                    room.put(device, ctx.channel());
                    byte[] body = Connected.newBuilder()
                            .setConnectionId(1_000 + device)
                            .addBindings(BindOutcome.getDefaultInstance())
                            .build()
                            .toByteArray();
                    ctx.writeAndFlush(frame(FrameType.CONNECTED, body));
                }
                in.release();
            }
        });
        loops.register(channel);
    }

    private static ByteBuf frame(int type, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(body.length) + body.length);
        FrameHeader.write(frame, type, body.length);
        return Unpooled.wrappedBuffer(frame.put(body).flip());
    }

    private void push(int to, int meant, long number) {
        byte[] payload = TestMessage.encode(64, RUN, meant, 1, 0, number, System.nanoTime());
        ByteBuffer body = ByteBuffer.allocate(PushFrame.headSize(0, 0, 5, 0, 0) + payload.length);
        PushFrame.writeHead(body, 0, 0, 5, 0, ByteBuffer.allocate(PushFrame.MESSAGE_ID_BYTES), ByteBuffer.allocate(0));
        Channel channel = Objects.requireNonNull(room.get(to));
        channel.writeAndFlush(frame(FrameType.PUSH, body.put(payload).array()));
    }

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        handles.close();
    }

    @Test
    void eachDeviceLogsInAndAcknowledgesItsMessage() {
        assertThat(devices.connected.sum()).isEqualTo(DEVICES);
        assertThat(handles.get(17)).isEqualTo(1_017);
        for (int device = 0; device < DEVICES; device++) {
            push(device, device, device);
        }
        await().untilAsserted(() ->
                assertThat(said.stream().filter(word -> word.endsWith(" 09"))).hasSize(DEVICES));
        assertThat(devices.unicasts.toJson().toString())
                .contains("\"arrived\":300", "\"lost\":0", "\"doubled\":0", "\"misdirected\":0");
        assertThat(devices.problem()).isEmpty();
    }

    @Test
    void whatIsLostOrDoubledOrOfAnotherIsFound() {
        push(1, 1, 1);
        push(1, 1, 1);
        push(2, 3, 3);
        await().untilAsserted(() -> assertThat(devices.unicasts.toJson().toString())
                .contains("\"arrived\":1,", "\"lost\":299", "\"doubled\":1", "\"misdirected\":1"));
    }

    @Test
    void whoHangsUpIsAwayAndWhoIsCutIsCounted() throws InterruptedException {
        assertThat(devices.hangUp(4)).isTrue();
        assertThat(handles.get(4)).isZero();
        Channel cut = Objects.requireNonNull(room.get(5));
        cut.close();
        await().untilAsserted(() -> assertThat(devices.losses.sum()).isEqualTo(1));
        assertThat(devices.connected.sum()).isEqualTo(DEVICES - 2);
        devices.logIn(4);
        devices.awaitLogins();
        assertThat(handles.get(4)).isEqualTo(1_004);
    }
}

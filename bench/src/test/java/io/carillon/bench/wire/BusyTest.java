package io.carillon.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.carillon.bench.device.DeviceTokens;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.Busy;
import io.carillon.protocol.client.Connected;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices and a server that has no room for some of them at first. */
class BusyTest {
    private static final int DEVICES = 10;
    private static final int REFUSED = 7;

    @SuppressWarnings("NullAway.Init")
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void comeBackWhenTheyWereToldToAndAreNoLoss() throws Exception {
        Thread serving = Thread.ofVirtual().start(this::serve);
        Dialect dialect = new CarillonDialect(
                DEVICES,
                device -> "user-" + device,
                DeviceTokens.withKey("app", "key", "0123456789abcdef0123456789abcdef"),
                60);
        Links.Settings settings = new Links.Settings(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort())),
                DEVICES,
                0,
                1,
                2,
                0,
                true,
                null);
        try (Links links = new Links(settings, dialect, new Silent())) {
            links.connect(0, DEVICES, 0);
            assertThat(links.connected()).isEqualTo(DEVICES);
            assertThat(links.busyAnswers()).isEqualTo(REFUSED);
            assertThat(links.losses()).isEmpty();
        }
        serving.join();
    }

    /** Sends the first ones away, and then lets all in. */
    private void serve() {
        try {
            for (int i = 0; i < REFUSED + DEVICES; i++) {
                Socket device = server.accept();
                read(device.getInputStream());
                if (i < REFUSED) {
                    send(
                            device,
                            FrameType.BUSY,
                            Busy.newBuilder()
                                    .setRetryAfterMs(20)
                                    .setReason("full")
                                    .build());
                    device.close();
                } else {
                    send(
                            device,
                            FrameType.CONNECTED,
                            Connected.newBuilder()
                                    .setConnectionId(i)
                                    .addBindings(BindOutcome.getDefaultInstance())
                                    .build());
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** CONNECT is one small frame, which comes at once or begins with its type. */
    private static void read(InputStream in) throws IOException {
        assertThat(in.read()).isEqualTo(FrameType.CONNECT);
        int length = 0;
        int shift = 0;
        int next;
        do {
            next = in.read();
            length |= (next & 0x7F) << shift;
            shift += 7;
        } while (next > 0x7F);
        assertThat(in.readNBytes(length)).hasSize(length);
    }

    private static void send(Socket to, int type, MessageLite body) throws IOException {
        int length = body.getSerializedSize();
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(length) + length);
        FrameHeader.write(frame, type, length);
        frame.put(body.toByteArray());
        to.getOutputStream().write(frame.array());
    }

    private static final class Silent implements LinkEvents {
        @Override
        public void connected(int device, long handle, long sinceNs) {}

        @Override
        public void delivered(int device, ByteBuf in, int index, int length) {}

        @Override
        public void uplinked(int device, long dueNs) {}

        @Override
        public void lost(int device, String reason) {}
    }
}

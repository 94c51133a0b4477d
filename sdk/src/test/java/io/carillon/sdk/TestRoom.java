package io.carillon.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.Bind;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Bound;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Heartbeat;
import io.carillon.protocol.client.Uplink;
import io.carillon.sdk.wire.FrameReader;
import io.carillon.sdk.wire.Frames;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A room of real frames over real sockets, for one test. A token is "app/user", "bad" is refused. What it hears is in
 * public lists.
 */
final class TestRoom implements Closeable {
    final List<Peer> peers = new CopyOnWriteArrayList<>();
    final List<Connect> connects = new CopyOnWriteArrayList<>();
    final List<Ack> acks = new CopyOnWriteArrayList<>();
    final List<Uplink> uplinks = new CopyOnWriteArrayList<>();
    final List<Integer> types = new CopyOnWriteArrayList<>();

    /** What follows a CONNECT; CONNECTED unless a test says otherwise. */
    volatile BiFunction<Peer, Connect, @Nullable MessageLite> onConnect = (peer, connect) -> connected(connect);

    /** What follows a login. */
    volatile Consumer<Peer> onLogin = peer -> {};

    volatile BiFunction<Peer, Uplink, @Nullable MessageLite> onUplink =
            (peer, uplink) -> io.carillon.protocol.client.UplinkAck.newBuilder()
                    .setBinding(uplink.getBinding())
                    .setId(uplink.getId())
                    .build();

    private final ServerSocket server;
    private final boolean tls;
    private final AtomicLong ids = new AtomicLong(1);

    /** One seq of an ACK. */
    static final class Ack {
        final int binding;
        final long seq;
        final int kind;
        final int argument;

        Ack(int binding, long seq, int kind, int argument) {
            this.binding = binding;
            this.seq = seq;
            this.kind = kind;
            this.argument = argument;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%d:%d:%d:%d", binding, seq, kind, argument);
        }
    }

    TestRoom() throws IOException {
        this(ServerSocketFactory.getDefault(), false, 0);
    }

    TestRoom(ServerSocketFactory sockets, boolean tls, int port) throws IOException {
        this.server = sockets.createServerSocket(port, 50, InetAddress.getLoopbackAddress());
        this.tls = tls;
        Thread thread = new Thread(this::accept, "test-room");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    String address() {
        return (tls ? "tls" : "tcp") + "://127.0.0.1:" + port();
    }

    Peer peer() {
        return peers.get(peers.size() - 1);
    }

    /** Cuts all connections, and takes new ones. */
    void cutAll() {
        for (Peer peer : peers) {
            peer.cut();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cutAll();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Peer peer = new Peer(server.accept());
                peers.add(peer);
                Thread thread = new Thread(peer::run, "test-room-peer");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    Connected connected(Connect connect) {
        Connected.Builder connected = Connected.newBuilder()
                .setConnectionId(ids.getAndIncrement())
                .setSecret(ByteString.copyFromUtf8("secret"))
                .setHeartbeat(Heartbeat.newBuilder()
                        .setMinSeconds(45)
                        .setMaxSeconds(600)
                        .setStartSeconds(60))
                .setFrameBytesMax(64 * 1024)
                .setRoom("test-room")
                .setResumed(connect.hasResume());
        for (BindRequest request : connect.getBindingsList()) {
            connected.addBindings(outcome(request));
        }
        return connected.build();
    }

    private static BindOutcome outcome(BindRequest request) {
        String[] parts = request.getToken().split("/");
        BindOutcome.Builder outcome = BindOutcome.newBuilder().setBinding(request.getBinding());
        return parts.length == 2
                ? outcome.setApp(parts[0]).setUser(parts[1]).build()
                : outcome.setCode(200).setText("bad token").build();
    }

    /** One connection. */
    final class Peer {
        private final Socket socket;

        Peer(Socket socket) {
            this.socket = socket;
        }

        void push(int binding, long seq, String id, String text) {
            push(binding, seq, id, text, 0);
        }

        void push(int binding, long seq, String id, String text, int flags) {
            byte[] payload = text.getBytes(StandardCharsets.UTF_8);
            ByteBuffer body = ByteBuffer.allocate(payload.length + 64);
            byte[] messageId = new byte[16];
            byte[] given = id.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(given, 0, messageId, 0, given.length);
            PushFrame.writeHead(body, flags, binding, seq, 0, ByteBuffer.wrap(messageId), ByteBuffer.allocate(0));
            body.put(payload);
            ByteBuffer frame = ByteBuffer.allocate(body.position() + 8);
            FrameHeader.write(frame, FrameType.PUSH, body.position());
            frame.put(body.array(), 0, body.position());
            write(frame.array(), frame.position());
        }

        void send(int type, MessageLite body) {
            ByteBuffer frame = Frames.of(type, body);
            byte[] bytes = new byte[frame.remaining()];
            frame.get(bytes);
            write(bytes, bytes.length);
        }

        synchronized void write(byte[] bytes, int length) {
            try {
                socket.getOutputStream().write(bytes, 0, length);
                socket.getOutputStream().flush();
            } catch (IOException e) {
                cut();
            }
        }

        void cut() {
            try {
                socket.close();
            } catch (IOException e) {
                return;
            }
        }

        private void run() {
            FrameReader reader = new FrameReader(64 * 1024);
            byte[] buffer = new byte[8192];
            try (InputStream in = socket.getInputStream()) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    reader.read(ByteBuffer.wrap(buffer, 0, count), this::onFrame);
                }
            } catch (IOException | ProtocolException e) {
                cut();
            }
        }

        private boolean onFrame(int type, ByteBuffer body) throws ProtocolException {
            types.add(type);
            switch (type) {
                case FrameType.CONNECT:
                    onConnect(Frames.parse(Connect.parser(), body, "CONNECT"));
                    break;
                case FrameType.BIND:
                    BindRequest request =
                            Frames.parse(Bind.parser(), body, "BIND").getBinding();
                    send(
                            FrameType.BOUND,
                            Bound.newBuilder().setOutcome(outcome(request)).build());
                    break;
                case FrameType.ACK:
                    onAck(body);
                    break;
                case FrameType.UPLINK:
                    Uplink uplink = Frames.parse(Uplink.parser(), body, "UPLINK");
                    uplinks.add(uplink);
                    MessageLite answer = onUplink.apply(this, uplink);
                    if (answer != null) {
                        send(FrameType.UPLINK_ACK, answer);
                    }
                    break;
                case FrameType.PING:
                    write(new byte[] {(byte) FrameType.PONG, 0}, 2);
                    break;
                default:
                    break;
            }
            return true;
        }

        private void onConnect(Connect connect) {
            connects.add(connect);
            MessageLite answer = onConnect.apply(this, connect);
            if (answer instanceof Connected) {
                send(FrameType.CONNECTED, answer);
                onLogin.accept(this);
            }
        }

        private void onAck(ByteBuffer body) throws ProtocolException {
            AckFrame.read(body, new AckFrame.Sink() {
                @Override
                public void onWindow(int window) {}

                @Override
                public void onSeq(int binding, boolean broadcast, long seq, int kind, int argument) {
                    acks.add(new Ack(binding, seq, kind, argument));
                }
            });
        }
    }
}

package io.carillon.room;

import com.google.protobuf.MessageLite;
import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.Connect;
import io.carillon.protocol.client.Connected;
import io.carillon.protocol.client.Error;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A client of a blocking socket, as someone would write it from PROTOCOL.md. */
final class TestClient implements AutoCloseable {
    private static final int READ_TIMEOUT_MS = 60_000;

    /** A frame, or with a negative type the end of the connection. */
    record Frame(int type, ByteBuffer body) {
        boolean isEnd() {
            return type < 0;
        }
    }

    private final Socket socket;
    private final DataInputStream in;

    TestClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    static TestClient to(int port) throws IOException {
        return new TestClient(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    static Connect.Builder connectOf(String device, String... tokens) {
        Connect.Builder connect = Connect.newBuilder().setProtocolVersion(1).setDeviceId(device);
        for (int i = 0; i < tokens.length; i++) {
            connect.addBindings(BindRequest.newBuilder().setBinding(i).setToken(tokens[i]));
        }
        return connect;
    }

    Connected login(String device, String... tokens) throws IOException {
        send(FrameType.CONNECT, connectOf(device, tokens).build());
        return Connected.parseFrom(expect(FrameType.CONNECTED));
    }

    void send(int type, MessageLite body) throws IOException {
        send(type, body.toByteArray());
    }

    void send(int type, byte[] body) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(body.length) + body.length);
        FrameHeader.write(frame, type, body.length);
        frame.put(body);
        raw(frame.array());
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void ack(int kind, int argument, long... seqs) throws IOException {
        ByteBuffer body = ByteBuffer.allocate(1024);
        AckFrame.writeStart(body, -1);
        AckFrame.writeEntry(body, kind, false, 0, argument, seqs, 0, seqs.length);
        byte[] bytes = new byte[body.position()];
        body.flip().get(bytes);
        send(FrameType.ACK, bytes);
    }

    /** The next frame but CURSORs, which come when they come. */
    Frame read() throws IOException {
        Frame frame = readAny();
        while (frame.type == FrameType.CURSOR) {
            frame = readAny();
        }
        return frame;
    }

    private Frame readAny() throws IOException {
        try {
            int type = in.readUnsignedByte();
            int length = 0;
            int shift = 0;
            int next;
            do {
                next = in.readUnsignedByte();
                length |= (next & 0x7F) << shift;
                shift += 7;
            } while (next >= 0x80);
            byte[] body = new byte[length];
            in.readFully(body);
            return new Frame(type, ByteBuffer.wrap(body));
        } catch (EOFException | SocketException e) {
            return new Frame(-1, ByteBuffer.allocate(0));
        }
    }

    ByteBuffer expect(int type) throws IOException {
        Frame frame = type == FrameType.CURSOR ? readAny() : read();
        if (frame.type != type) {
            throw new AssertionError("frame type " + frame.type + " instead of " + type + ": "
                    + (frame.type == FrameType.ERROR
                            ? Error.parseFrom(frame.body).getText()
                            : ""));
        }
        return frame.body;
    }

    PushFrame expectPush() throws IOException {
        try {
            return PushFrame.read(expect(FrameType.PUSH));
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads the ERROR that ends the connection. */
    Error expectError() throws IOException {
        Error error = Error.parseFrom(expect(FrameType.ERROR));
        if (!read().isEnd()) {
            throw new AssertionError("the connection goes on behind " + error.getText());
        }
        return error;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

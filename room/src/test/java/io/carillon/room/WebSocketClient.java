package io.carillon.room;

import com.google.protobuf.MessageLite;
import io.carillon.protocol.FrameHeader;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A WebSocket of a blocking socket, down to its bits, so that a test can break any rule. */
final class WebSocketClient implements AutoCloseable {
    static final int BINARY = 0x82;
    static final int CLOSE = 0x88;

    private static final int READ_TIMEOUT_MS = 20_000;
    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

    /** A WebSocket frame: its first byte, and its payload; 0: the end of the connection. */
    static final class Message {
        private final int first;
        private final byte[] payload;

        private Message(int first, byte[] payload) {
            this.first = first;
            this.payload = payload;
        }

        int first() {
            return first;
        }

        byte[] payload() {
            return payload;
        }

        ByteBuffer bytes() {
            return ByteBuffer.wrap(payload);
        }

        int closeCode() {
            return bytes().getShort();
        }
    }

    private final Socket socket;
    private final DataInputStream in;

    WebSocketClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Asks as a browser does. */
    static String request(String... headers) {
        StringBuilder request = new StringBuilder("""
                GET /v1/connect HTTP/1.1\r
                Host: push.example\r
                Upgrade: websocket\r
                Connection: keep-alive, Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                """);
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    /** The head of the answer. */
    String upgrade(String request) throws IOException {
        raw(request.getBytes(StandardCharsets.ISO_8859_1));
        return head();
    }

    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** What follows the head until the end of the connection. */
    String body() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    static byte[] frame(int type, MessageLite body) {
        return frame(type, body.toByteArray());
    }

    static byte[] frame(int type, byte... body) {
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(body.length) + body.length);
        FrameHeader.write(frame, type, body.length);
        return frame.put(body).array();
    }

    /** A masked WebSocket frame. */
    static byte[] masked(int first, byte... payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(first);
        if (payload.length < 126) {
            bytes.write(0x80 | payload.length);
        } else {
            bytes.write(0x80 | 126);
            bytes.write(payload.length >> 8);
            bytes.write(payload.length);
        }
        bytes.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            bytes.write(payload[i] ^ MASK[i & 3]);
        }
        return bytes.toByteArray();
    }

    void send(int first, byte... payload) throws IOException {
        raw(masked(first, payload));
    }

    Message read() throws IOException {
        try {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = (int) in.readLong();
            }
            byte[] payload = new byte[length];
            in.readFully(payload);
            return new Message(first, payload);
        } catch (EOFException | SocketException e) {
            return new Message(0, new byte[0]);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package io.carillon.rpc;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bodies of the hello's frames. */
final class HelloCodec {
    /** What an end says of itself, covered by its proof. */
    record Statement(long wallMs, RpcIdentity identity) {}

    private static final int FIELD_BYTES_MAX = 255;

    private HelloCodec() {}

    static byte[] hello(int version, byte[] nonce) {
        ByteBuffer out = ByteBuffer.allocate(6 + nonce.length).order(ByteOrder.LITTLE_ENDIAN);
        return out.putInt(Wire.MAGIC).putShort((short) version).put(nonce).array();
    }

    static byte[] challenge(int version, byte[] nonce) {
        ByteBuffer out = ByteBuffer.allocate(2 + nonce.length).order(ByteOrder.LITTLE_ENDIAN);
        return out.putShort((short) version).put(nonce).array();
    }

    /** Fails for an identity whose words are too long, so that it is found when an end is made. */
    static byte[] statement(long wallMs, RpcIdentity identity) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128);
        out.writeBytes(longBytes(wallMs));
        field(out, "role", identity.role());
        field(out, "name", identity.name());
        field(out, "release", identity.release());
        out.writeBytes(longBytes(identity.incarnation()));
        return out.toByteArray();
    }

    static Statement readStatement(byte[] bytes) throws BadFrameException {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        need(in, 8);
        long wallMs = in.getLong();
        String role = readField(in);
        String name = readField(in);
        String release = readField(in);
        need(in, 8);
        return new Statement(wallMs, new RpcIdentity(role, name, in.getLong(), release));
    }

    static byte[] joined(byte[] mac, byte[] statement) {
        return ByteBuffer.allocate(mac.length + statement.length)
                .put(mac)
                .put(statement)
                .array();
    }

    static byte[] refused(HelloRefusal reason) {
        byte[] text = reason.sentence().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + text.length)
                .put((byte) reason.wire())
                .put(text)
                .array();
    }

    static byte[] bytes(ByteBuf in, int index, int length) {
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        return bytes;
    }

    private static void field(ByteArrayOutputStream out, String what, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > FIELD_BYTES_MAX) {
            throw new IllegalArgumentException(
                    what + ": " + bytes.length + " bytes (expected: at most " + FIELD_BYTES_MAX + ")");
        }
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private static String readField(ByteBuffer in) throws BadFrameException {
        need(in, 1);
        int length = in.get() & 0xFF;
        need(in, length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void need(ByteBuffer in, int bytes) throws BadFrameException {
        if (in.remaining() < bytes) {
            throw new BadFrameException("identity is cut short");
        }
    }

    private static byte[] longBytes(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}

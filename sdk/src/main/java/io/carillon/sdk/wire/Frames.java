package io.carillon.sdk.wire;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.Varint;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/** Whole frames to and from their bodies. */
public final class Frames {
    private Frames() {}

    /** A frame with a protobuf body, ready to be sent. */
    public static ByteBuffer of(int type, MessageLite body) {
        int length = body.getSerializedSize();
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(length) + length);
        FrameHeader.write(frame, type, length);
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(frame.array(), frame.position(), length);
            body.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException("a message longer than it said", e);
        }
        ((Buffer) frame).rewind();
        return frame;
    }

    /**
     * A PING that carries the interval planned next.
     *
     * @param settledSeconds the interval that was found to hold, for the gap that ends with this beat; 0: nothing to tell
     */
    public static ByteBuffer ping(int nextSeconds, int settledSeconds) {
        int length = Varint.size(nextSeconds) + (settledSeconds == 0 ? 0 : Varint.size(settledSeconds));
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(length) + length);
        FrameHeader.write(frame, FrameType.PING, length);
        Varint.write(frame, nextSeconds);
        if (settledSeconds != 0) {
            Varint.write(frame, settledSeconds);
        }
        ((Buffer) frame).flip();
        return frame;
    }

    /** The answer to a room's PING. */
    public static ByteBuffer pong() {
        ByteBuffer frame = ByteBuffer.allocate(2);
        FrameHeader.write(frame, FrameType.PONG, 0);
        ((Buffer) frame).flip();
        return frame;
    }

    /**
     * Reads a protobuf body.
     *
     * @param name stands in the error
     */
    public static <T> T parse(Parser<T> parser, ByteBuffer body, String name) throws ProtocolException {
        try {
            return parser.parseFrom(body);
        } catch (InvalidProtocolBufferException e) {
            throw new ProtocolException(ProtocolCode.MALFORMED_FRAME, name + ": " + e.getMessage());
        }
    }
}

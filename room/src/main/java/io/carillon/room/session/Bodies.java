package io.carillon.room.session;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Parses the protobuf bodies of client frames, strictly bounded. */
final class Bodies {
    private static final int RECURSION_MAX = 16;

    private Bodies() {}

    /** @throws ProtocolException MALFORMED_FRAME */
    static <M extends MessageLite> M parse(Parser<M> parser, ByteBuffer body, String frame) throws ProtocolException {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        in.setRecursionLimit(RECURSION_MAX);
        try {
            M message = parser.parseFrom(in);
            in.checkLastTagWas(0);
            return message;
        } catch (IOException e) {
            throw new ProtocolException(ProtocolCode.MALFORMED_FRAME, frame + ": not a valid protobuf body");
        }
    }
}

package io.carillon.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.protocol.client.Connect;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever the bytes are, a parser answers with a value or a {@link ProtocolException}. The seeded tests run with every
 * build; the fuzz tests do as well, over their seeds, and search on with {@code JAZZER_FUZZ=1}.
 */
class CodecFuzzTest {
    private static final int ROUNDS = 200_000;

    private static final AckFrame.Sink IGNORE = new AckFrame.Sink() {
        @Override
        public void onWindow(int window) {
            assertThat(window).isBetween(0, ProtocolVersion.RECEIVE_WINDOW_MAX);
        }

        @Override
        public void onSeq(int binding, boolean broadcast, long seq, int kind, int argument) {
            if (binding < 0 || binding >= ProtocolVersion.BINDINGS_MAX || seq <= 0 || kind > 2 || argument < 0) {
                throw new AssertionError("out of range: " + binding + " " + seq + " " + kind + " " + argument);
            }
        }
    };

    @FuzzTest
    void anything(byte[] data) {
        parseAll(data);
    }

    @Test
    void anythingOfASeed() {
        Random random = new Random(42);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] data = new byte[random.nextInt(64)];
            random.nextBytes(data);
            parseAll(data);
        }
    }

    @Test
    void framesWithAFewBytesChanged() {
        Random random = new Random(43);
        Map<String, byte[]> frames = SampleFrames.all();
        for (int i = 0; i < ROUNDS / frames.size(); i++) {
            for (byte[] frame : frames.values()) {
                byte[] damaged = frame.clone();
                for (int changes = random.nextInt(4); changes >= 0; changes--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                }
                parseAll(damaged);
            }
        }
    }

    private static void parseAll(byte[] data) {
        ByteBuffer frame = ByteBuffer.wrap(data);
        try {
            long header = FrameHeader.parse(frame, ProtocolVersion.FRAME_BYTES_MAX);
            if (header == FrameHeader.INCOMPLETE) {
                assertThat(frame.position()).isZero();
                return;
            }
            assertThat(FrameHeader.length(header)).isBetween(0, ProtocolVersion.FRAME_BYTES_MAX);
        } catch (ProtocolException e) {
            assertThat(e.code()).isIn(ProtocolCode.FRAME_TOO_LARGE, ProtocolCode.MALFORMED_FRAME);
            return;
        }
        parsePush(frame.duplicate());
        parseAck(frame.duplicate());
        parseConnect(frame.duplicate());
    }

    private static void parsePush(ByteBuffer body) {
        try {
            PushFrame push = PushFrame.read(body);
            assertThat(push.messageId()).hasSize(PushFrame.MESSAGE_ID_BYTES);
            if (push.prevSeq() < 0 || (push.prevSeq() > push.seq() && push.seq() >= 0)) {
                throw new AssertionError("prev_seq " + push.prevSeq() + " of " + push.seq());
            }
        } catch (ProtocolException e) {
            assertThat(e.code()).isEqualTo(ProtocolCode.MALFORMED_FRAME);
        }
    }

    private static void parseAck(ByteBuffer body) {
        try {
            AckFrame.read(body, IGNORE);
        } catch (ProtocolException e) {
            assertThat(e.code()).isEqualTo(ProtocolCode.MALFORMED_FRAME);
        }
    }

    private static void parseConnect(ByteBuffer body) {
        try {
            assertThat(Connect.parseFrom(body).getSerializedSize()).isNotNegative();
        } catch (InvalidProtocolBufferException e) {
            assertThat(e.getMessage()).isNotNull();
        }
    }
}

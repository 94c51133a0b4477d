package io.carillon.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameCodecTest {
    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length);
        for (int value : values) {
            buffer.put((byte) value);
        }
        buffer.flip();
        return buffer;
    }

    @Test
    void headerNeedsItsWholeLength() throws ProtocolException {
        assertThat(FrameHeader.parse(bytes(), 100)).isEqualTo(FrameHeader.INCOMPLETE);
        assertThat(FrameHeader.parse(bytes(1), 100)).isEqualTo(FrameHeader.INCOMPLETE);
        assertThat(FrameHeader.parse(bytes(1, 0x80), 100)).isEqualTo(FrameHeader.INCOMPLETE);
    }

    @Test
    void headerTellsTypeAndLength() throws ProtocolException {
        ByteBuffer from = bytes(0xFF, 0xAC, 0x02, 7);

        long header = FrameHeader.parse(from, 300);

        assertThat(FrameHeader.type(header)).isEqualTo(0xFF);
        assertThat(FrameHeader.length(header)).isEqualTo(300);
        assertThat(from.position()).isEqualTo(3);
    }

    @Test
    void headerRefusesALengthOverTheLimit() {
        assertThatThrownBy(() -> FrameHeader.parse(bytes(1, 0xAC, 0x02), 299))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ProtocolCode.FRAME_TOO_LARGE));
    }

    @Test
    void headerRefusesALengthOfFiveBytes() {
        assertThatThrownBy(() -> FrameHeader.parse(bytes(1, 0x80, 0x80, 0x80, 0x80, 0x01), Integer.MAX_VALUE))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ProtocolCode.MALFORMED_FRAME));
    }

    @Test
    void varintsOfEverySizeComeBack() throws ProtocolException {
        for (int bit = 0; bit < 64; bit++) {
            for (long value : new long[] {(1L << bit) - 1, 1L << bit, (1L << bit) + 1}) {
                ByteBuffer buffer = ByteBuffer.allocate(Varint.BYTES_MAX);
                Varint.write(buffer, value);
                assertThat(buffer.position()).isEqualTo(Varint.size(value));
                buffer.flip();
                assertThat(Varint.read(buffer)).isEqualTo(value);
            }
        }
    }

    @Test
    void varintRefusesMoreThan64Bits() {
        assertThatThrownBy(() -> Varint.read(bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02)))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void pushComesBack() throws ProtocolException {
        byte[] frame = SampleFrames.of("PUSH");
        ByteBuffer body = ByteBuffer.wrap(frame);
        FrameHeader.parse(body, frame.length);

        PushFrame push = PushFrame.read(body);

        assertThat(push.seq()).isEqualTo(SampleFrames.SEQ);
        assertThat(push.prevSeq()).isEqualTo(SampleFrames.PREV_SEQ);
        assertThat(push.messageId()).isEqualTo(SampleFrames.MESSAGE_ID);
        assertThat(push.payload()).asString().isEqualTo("hello");
        assertThat(push.flags()).isZero();
    }

    @Test
    void pushRefusesABackBeforeTheBeginning() {
        ByteBuffer body = ByteBuffer.allocate(32)
                .put((byte) 0)
                .put((byte) 0)
                .put((byte) 3)
                .put((byte) 4);
        body.rewind();

        assertThatThrownBy(() -> PushFrame.read(body))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("PUSH back: 4");
    }

    @Test
    void ackComesBack() throws ProtocolException {
        byte[] frame = SampleFrames.of("ACK window");
        ByteBuffer body = ByteBuffer.wrap(frame);
        FrameHeader.parse(body, frame.length);
        List<String> seen = new ArrayList<>();

        AckFrame.read(body, new Recorder(seen));

        assertThat(seen)
                .containsExactly(
                        "window 32",
                        "0 " + SampleFrames.SEQ + " kind 1 argument 60 broadcast false",
                        "1 " + SampleFrames.PREV_SEQ + " kind 2 argument 7 broadcast false");
    }

    @Test
    void ackTellsNothingOfABodyThatBreaksLater() {
        List<String> seen = new ArrayList<>();
        // A good entry, then a kind that does not exist.
        ByteBuffer body = bytes(1, 16, 0, 0, 1, 5, 3, 0, 1, 6);

        assertThatThrownBy(() -> AckFrame.read(body, new Recorder(seen)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("ACK kind: 3");
        assertThat(seen).isEmpty();
    }

    @Test
    void ackRefusesSeqsThatDoNotGrow() {
        assertThatThrownBy(() -> AckFrame.read(bytes(0, 0, 0, 2, 5, 0), new Recorder(new ArrayList<>())))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("not growing");
    }

    private static final class Recorder implements AckFrame.Sink {
        private final List<String> seen;

        Recorder(List<String> seen) {
            this.seen = seen;
        }

        @Override
        public void onWindow(int window) {
            seen.add("window " + window);
        }

        @Override
        public void onSeq(int binding, boolean broadcast, long seq, int kind, int argument) {
            seen.add(binding + " " + seq + " kind " + kind + " argument " + argument + " broadcast " + broadcast);
        }
    }
}

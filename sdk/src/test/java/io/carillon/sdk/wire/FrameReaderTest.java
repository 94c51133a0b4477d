package io.carillon.sdk.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private final List<String> frames = new ArrayList<>();

    private boolean take(int type, ByteBuffer body) {
        frames.add(type + ":" + body.remaining());
        return true;
    }

    @Test
    void findsTheSameFramesHoweverTheBytesAreCut() throws ProtocolException {
        ByteBuffer stream = ByteBuffer.allocate(4096);
        int[] lengths = {0, 1, 127, 128, 1000};
        for (int length : lengths) {
            FrameHeader.write(stream, length % 7, length);
            stream.position(stream.position() + length);
        }
        byte[] bytes = new byte[stream.position()];
        stream.flip();
        stream.get(bytes);
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            frames.clear();
            FrameReader reader = new FrameReader(1000);
            int at = 0;
            while (at < bytes.length) {
                int next = Math.min(bytes.length, at + 1 + random.nextInt(round < 10 ? 1 : 300));
                reader.read(ByteBuffer.wrap(bytes, at, next - at), this::take);
                at = next;
            }
            assertThat(frames).containsExactly("0:0", "1:1", "1:127", "2:128", "6:1000");
            assertThat(reader.midFrame()).isFalse();
        }
    }

    @Test
    void refusesAnOversizedFrameBeforeItBuffersIt() {
        FrameReader reader = new FrameReader(1000);
        assertThatThrownBy(() -> reader.read(ByteBuffer.wrap(new byte[] {8, (byte) 0xE9, 7}), this::take))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ProtocolCode.FRAME_TOO_LARGE));
    }

    @Test
    void endsGarbageInFramesOrAProtocolExceptionOnly() {
        Random random = new Random(42);
        for (int round = 0; round < 20_000; round++) {
            byte[] garbage = new byte[random.nextInt(40)];
            random.nextBytes(garbage);
            try {
                new FrameReader(64).read(ByteBuffer.wrap(garbage), this::take);
            } catch (ProtocolException e) {
                assertThat(e).hasMessageContaining("frame length");
            }
        }
    }
}

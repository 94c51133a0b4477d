package io.carillon.sdk.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import io.carillon.protocol.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AckBatchTest {
    private static List<String> read(ByteBuffer frame) throws ProtocolException {
        List<String> seqs = new ArrayList<>();
        long header = FrameHeader.parse(frame, 1 << 20);
        assertThat(FrameHeader.type(header)).isEqualTo(FrameType.ACK);
        assertThat(FrameHeader.length(header)).isEqualTo(frame.remaining());
        AckFrame.read(frame, new AckFrame.Sink() {
            @Override
            public void onWindow(int window) {
                throw new AssertionError();
            }

            @Override
            public void onSeq(int binding, boolean broadcast, long seq, int kind, int argument) {
                seqs.add(binding + " " + broadcast + " " + seq + " " + kind + " " + argument);
            }
        });
        return seqs;
    }

    @Test
    void writesOneFrameForAll() throws ProtocolException {
        AckBatch batch = new AckBatch();
        batch.add(AckFrame.KIND_DONE, false, 0, 0, 9);
        batch.add(AckFrame.KIND_DONE, false, 0, 0, 7);
        batch.add(AckFrame.KIND_LATER, false, 1, 30, 8);
        batch.add(AckFrame.KIND_DONE, false, 0, 0, 7);
        List<ByteBuffer> frames = batch.drain(64 * 1024);
        assertThat(frames).hasSize(1);
        assertThat(read(frames.get(0))).containsExactly("0 false 7 0 0", "0 false 9 0 0", "1 false 8 1 30");
        assertThat(batch.isEmpty()).isTrue();
    }

    @Test
    void losesNothingWhateverTheLimit() throws ProtocolException {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            AckBatch batch = new AckBatch();
            Set<String> expected = new TreeSet<>();
            for (int i = 0; i < random.nextInt(400); i++) {
                int kind = random.nextInt(3);
                int argument = kind == 0 ? 0 : random.nextInt(3);
                boolean broadcast = random.nextBoolean();
                int binding = random.nextInt(16);
                long seq = 1 + (random.nextLong() >>> (11 + random.nextInt(40)));
                batch.add(kind, broadcast, binding, argument, seq);
                expected.add(binding + " " + broadcast + " " + seq + " " + kind + " " + argument);
            }
            int limit = 256 + random.nextInt(1000);
            Set<String> written = new TreeSet<>();
            for (ByteBuffer frame : batch.drain(limit)) {
                assertThat(frame.remaining()).isLessThanOrEqualTo(limit + FrameHeader.size(limit));
                written.addAll(read(frame));
            }
            assertThat(written).isEqualTo(expected);
        }
    }
}

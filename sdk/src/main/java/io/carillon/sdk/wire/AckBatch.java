package io.carillon.sdk.wire;

import io.carillon.protocol.AckFrame;
import io.carillon.protocol.FrameHeader;
import io.carillon.protocol.FrameType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers what became of messages and writes it as few ACK frames as it fits in. Not thread-safe. */
public final class AckBatch {
    private static final Comparator<Entry> ORDER = Comparator.<Entry>comparingInt(entry -> entry.binding)
            .thenComparingInt(entry -> entry.kind)
            .thenComparing(entry -> entry.broadcast)
            .thenComparingInt(entry -> entry.argument)
            .thenComparingLong(entry -> entry.seq);

    /** The longest varint of a seq and what stands around a run of them, bytes. */
    private static final int SEQ_BYTES_MAX = 10;

    private static final int ENTRY_BYTES_MAX = 16;

    private final List<Entry> entries = new ArrayList<>();

    private static final class Entry {
        final int kind;
        final boolean broadcast;
        final int binding;
        final int argument;
        final long seq;

        Entry(int kind, boolean broadcast, int binding, int argument, long seq) {
            this.kind = kind;
            this.broadcast = broadcast;
            this.binding = binding;
            this.argument = argument;
            this.seq = seq;
        }

        boolean joins(Entry other) {
            return kind == other.kind
                    && broadcast == other.broadcast
                    && binding == other.binding
                    && argument == other.argument;
        }
    }

    /** Adds one; {@code kind} and {@code argument} as in {@link AckFrame}. */
    public void add(int kind, boolean broadcast, int binding, int argument, long seq) {
        entries.add(new Entry(kind, broadcast, binding, argument, seq));
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Forgets what was gathered. */
    public void clear() {
        entries.clear();
    }

    /** Takes what was gathered out, as frames whose bodies are no longer than {@code bodyBytesMax}. */
    public List<ByteBuffer> drain(int bodyBytesMax) {
        entries.sort(ORDER);
        List<ByteBuffer> frames = new ArrayList<>(1);
        int runMax = Math.max(1, Math.min(AckFrame.SEQS_MAX, (bodyBytesMax - ENTRY_BYTES_MAX) / SEQ_BYTES_MAX));
        ByteBuffer body = ByteBuffer.allocate(bodyMax(bodyBytesMax));
        int from = 0;
        while (from < entries.size()) {
            long[] seqs = run(from, runMax);
            Entry head = entries.get(from);
            int size = AckFrame.entrySize(head.kind, head.binding, head.argument, seqs, 0, distinct(seqs));
            if (body.position() > 0 && body.remaining() < size) {
                frames.add(frame(body));
                ((Buffer) body).clear();
            }
            if (body.position() == 0) {
                AckFrame.writeStart(body, -1);
            }
            AckFrame.writeEntry(body, head.kind, head.broadcast, head.binding, head.argument, seqs, 0, distinct(seqs));
            from += seqs.length;
        }
        if (body.position() > 0) {
            frames.add(frame(body));
        }
        entries.clear();
        return frames;
    }

    private int bodyMax(int bodyBytesMax) {
        return Math.min(bodyBytesMax, 1 + ENTRY_BYTES_MAX + entries.size() * (SEQ_BYTES_MAX + ENTRY_BYTES_MAX));
    }

    /** The seqs of the entries from {@code from} on that one entry of a frame can hold; repeats stand at the end. */
    private long[] run(int from, int runMax) {
        int to = from + 1;
        while (to < entries.size() && to - from < runMax && entries.get(to).joins(entries.get(from))) {
            to++;
        }
        long[] seqs = new long[to - from];
        int count = 0;
        for (int i = from; i < to; i++) {
            long seq = entries.get(i).seq;
            if (count == 0 || seqs[count - 1] != seq) {
                seqs[count++] = seq;
            }
        }
        for (int i = count; i < seqs.length; i++) {
            seqs[i] = -1;
        }
        return seqs;
    }

    private static int distinct(long[] seqs) {
        int count = seqs.length;
        while (seqs[count - 1] < 0) {
            count--;
        }
        return count;
    }

    private static ByteBuffer frame(ByteBuffer body) {
        int length = body.position();
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.size(length) + length);
        FrameHeader.write(frame, FrameType.ACK, length);
        ByteBuffer written = body.duplicate();
        ((Buffer) written).flip();
        frame.put(written);
        ((Buffer) frame).flip();
        return frame;
    }
}

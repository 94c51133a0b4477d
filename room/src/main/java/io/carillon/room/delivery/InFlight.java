package io.carillon.room.delivery;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The exact seqs that were written on a connection and not acknowledged, at most a receive window of them, in one
 * array: seq, both halves of the message id, and when it was written. Event-loop confined.
 */
final class InFlight {
    static final int ABSENT = -1;

    private static final int STRIDE = 4;
    private static final int SEQ = 0;
    private static final int ID_HIGH = 1;
    private static final int ID_LOW = 2;
    private static final int WRITTEN = 3;
    /** Set in the time of what was reported to saver as unanswered. */
    private static final long REPORTED = Long.MIN_VALUE;

    private long[] entries = new long[4 * STRIDE];
    private int size;

    int size() {
        return size;
    }

    void add(long seq, long idHigh, long idLow, long writtenAtMs) {
        int at = size * STRIDE;
        if (at == entries.length) {
            entries = Arrays.copyOf(entries, at * 2);
        }
        entries[at + SEQ] = seq;
        entries[at + ID_HIGH] = idHigh;
        entries[at + ID_LOW] = idLow;
        entries[at + WRITTEN] = writtenAtMs;
        size++;
    }

    /** Index of a seq, or {@link #ABSENT}. Windows are small: a scan of one array beats any tree. */
    int indexOf(long seq) {
        for (int i = 0; i < size; i++) {
            if (entries[i * STRIDE + SEQ] == seq) {
                return i;
            }
        }
        return ABSENT;
    }

    private long seq(int index) {
        return entries[index * STRIDE + SEQ];
    }

    private long writtenAtMs(int index) {
        return entries[index * STRIDE + WRITTEN] & ~REPORTED;
    }

    private boolean reported(int index) {
        return (entries[index * STRIDE + WRITTEN] & REPORTED) != 0;
    }

    private void setReported(int index) {
        entries[index * STRIDE + WRITTEN] |= REPORTED;
    }

    void forEachSeq(LongConsumer seqs) {
        for (int i = 0; i < size; i++) {
            seqs.accept(seq(i));
        }
    }

    /** Notes in {@code acks} what became of one; it stays here until it is removed. */
    void addAck(AckLog acks, int index, int kind, int argument, long ackedAtMs) {
        int at = index * STRIDE;
        acks.add(
                seq(index), kind, argument, entries[at + ID_HIGH], entries[at + ID_LOW], writtenAtMs(index), ackedAtMs);
    }

    /** When the oldest that was written after that was written; {@link Long#MAX_VALUE}: none. */
    long oldestWrittenAfterMs(long afterMs) {
        for (int i = 0; i < size; i++) {
            if (writtenAtMs(i) > afterMs) {
                return writtenAtMs(i);
            }
        }
        return Long.MAX_VALUE;
    }

    /** Reports, each once, what was written at {@code upToMs} or before. */
    void reportUnanswered(long upToMs, LongConsumer seqs) {
        for (int i = 0; i < size; i++) {
            if (!reported(i) && writtenAtMs(i) <= upToMs) {
                setReported(i);
                seqs.accept(seq(i));
            }
        }
    }

    /** Removes by index; the order of the others stays, oldest written first. */
    void remove(int index) {
        int from = (index + 1) * STRIDE;
        System.arraycopy(entries, from, entries, index * STRIDE, size * STRIDE - from);
        size--;
    }
}

package io.carillon.room.delivery;

import com.google.protobuf.UnsafeByteOperations;
import io.carillon.contract.Ack;
import io.carillon.contract.AckKind;
import io.carillon.protocol.PushFrame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A binding's acks that saver has not confirmed as applied, oldest first, in one array. Positions count from the
 * binding's first ack and never repeat, so that an answer can say up to where it is meant. Event-loop confined.
 */
final class AckLog {
    private static final int STRIDE = 6;
    private static final int SEQ = 0;
    private static final int KIND_AND_ARGUMENT = 1;
    private static final int ID_HIGH = 2;
    private static final int ID_LOW = 3;
    private static final int WRITTEN = 4;
    private static final int ACKED = 5;

    private long[] entries = new long[2 * STRIDE];
    private int size;
    private long start;
    private long applied;

    /** All that is kept, confirmed ones that a load under way still has to know of included. */
    int size() {
        return size;
    }

    /** Position of the first that is kept. */
    long start() {
        return start;
    }

    /** Position of the first that is not confirmed. */
    long applied() {
        return applied;
    }

    /** Position behind the last. */
    long end() {
        return start + size;
    }

    int unapplied() {
        return (int) (end() - applied);
    }

    void add(long seq, int kind, int argument, long idHigh, long idLow, long writtenAtMs, long ackedAtMs) {
        int at = size * STRIDE;
        if (at == entries.length) {
            entries = Arrays.copyOf(entries, at * 2);
        }
        entries[at + SEQ] = seq;
        entries[at + KIND_AND_ARGUMENT] = ((long) kind << 32) | argument;
        entries[at + ID_HIGH] = idHigh;
        entries[at + ID_LOW] = idLow;
        entries[at + WRITTEN] = writtenAtMs;
        entries[at + ACKED] = ackedAtMs;
        size++;
    }

    boolean contains(long seq) {
        for (int i = 0; i < size; i++) {
            if (entries[i * STRIDE + SEQ] == seq) {
                return true;
            }
        }
        return false;
    }

    /** True where the last ack of {@code seq} is of this kind: a repeat that says nothing new. */
    boolean lastIs(long seq, int kind) {
        for (int i = size - 1; i >= 0; i--) {
            if (entries[i * STRIDE + SEQ] == seq) {
                return entries[i * STRIDE + KIND_AND_ARGUMENT] >> 32 == kind;
            }
        }
        return false;
    }

    private int kind(long position) {
        return (int) (at(position, KIND_AND_ARGUMENT) >> 32);
    }

    private int argument(long position) {
        return (int) at(position, KIND_AND_ARGUMENT);
    }

    /** Hands over all that is not confirmed, oldest first. */
    void forEachUnapplied(Consumer<Ack> to) {
        for (long position = applied; position < end(); position++) {
            to.accept(ack(position));
        }
    }

    private Ack ack(long position) {
        int kind = kind(position);
        Ack.Builder ack = Ack.newBuilder()
                .setSeq(at(position, SEQ))
                .setKindValue(kind)
                .setAckedAtMs(at(position, ACKED))
                .setWrittenAtMs(at(position, WRITTEN));
        if (kind == AckKind.ACK_KIND_LATER_VALUE) {
            ack.setLaterSeconds(argument(position));
        } else if (kind == AckKind.ACK_KIND_REFUSED_VALUE) {
            ack.setRefusedReason(argument(position));
        }
        if (at(position, WRITTEN) != 0) {
            ByteBuffer id = ByteBuffer.allocate(PushFrame.MESSAGE_ID_BYTES)
                    .putLong(at(position, ID_HIGH))
                    .putLong(at(position, ID_LOW));
            ack.setMessageId(UnsafeByteOperations.unsafeWrap(id.array()));
        }
        return ack.build();
    }

    /** Notes that saver has applied all before {@code position}; returns how many of them are news. */
    int confirm(long position) {
        int news = (int) Math.max(0, position - applied);
        applied = Math.max(applied, position);
        return news;
    }

    /** Forgets what is confirmed. Not while a load is under way: its answer may still hold these messages. */
    void trim() {
        int gone = (int) (applied - start);
        System.arraycopy(entries, gone * STRIDE, entries, 0, (size - gone) * STRIDE);
        size -= gone;
        start = applied;
    }

    private long at(long position, int field) {
        return entries[(int) (position - start) * STRIDE + field];
    }
}

package io.carillon.bench.check;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * The payload of a test message: {@code magic 4, run 4, device 4, span 4, worker 4, number 8, due 8}, big endian, then
 * filler. The run keeps apart what was left over by another one. The message is for {@code span} devices from {@code
 * device} on, and has as many numbers, or for {@link #ALL}.
 */
public final class TestMessage {
    public static final int BYTES_MIN = 40;
    /** A broadcast. */
    public static final int ALL = -1;

    private static final int MAGIC = 0x42454E43;

    private TestMessage() {}

    /** @param dueNs when it was to be sent, by {@link System#nanoTime} of the machine that measures */
    public static byte[] encode(int bytes, int run, int device, int span, int worker, long number, long dueNs) {
        if (bytes < BYTES_MIN) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: " + BYTES_MIN + " or more)");
        }
        byte[] payload = new byte[bytes];
        ByteBuffer.wrap(payload)
                .putInt(MAGIC)
                .putInt(run)
                .putInt(device)
                .putInt(span)
                .putInt(worker)
                .putLong(number)
                .putLong(dueNs);
        return payload;
    }

    /** True where a payload at {@code index} is one of the run. */
    public static boolean isOf(int run, ByteBuf in, int index, int length) {
        return length >= BYTES_MIN && in.getInt(index) == MAGIC && in.getInt(index + 4) == run;
    }

    public static int device(ByteBuf in, int index) {
        return in.getInt(index + 8);
    }

    public static int span(ByteBuf in, int index) {
        return in.getInt(index + 12);
    }

    public static int worker(ByteBuf in, int index) {
        return in.getInt(index + 16);
    }

    public static long number(ByteBuf in, int index) {
        return in.getLong(index + 20);
    }

    public static long dueNs(ByteBuf in, int index) {
        return in.getLong(index + 28);
    }
}

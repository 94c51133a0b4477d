package io.carillon.rpc;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * Arrays of an event loop, shared by its connections: protobuf reads and writes arrays several times faster than direct
 * buffers, and one more copy of bytes that are in the cache costs less than that.
 */
final class Scratch {
    static final int BYTES = 64 * 1024;

    private static final FastThreadLocal<Scratch> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
            return new Scratch();
        }
    };

    /** Bodies while one buffer is being read; nobody else reads on this loop meanwhile. */
    final byte[] in = new byte[BYTES];

    /** Frames between the first of a turn and its flush. */
    final byte[] out = new byte[BYTES];

    /** A writer has {@link #out}. */
    boolean outTaken;

    private Scratch() {}

    static Scratch ofThread() {
        return OF_THREAD.get();
    }
}

package io.carillon.runtime.contract;

import com.google.protobuf.ByteString;

/**
 * The users whose part in a broadcast is written down: one in so many, by a hash over the broadcast's id and the user. So
 * every process that is told the same share, in every life, picks the same users of a broadcast, and other users of the
 * next one. Immutable.
 */
public final class BroadcastSample {
    private final long seed;
    private final int oneIn;

    /** @param oneIn 0: nobody */
    public BroadcastSample(ByteString broadcast, int oneIn) {
        long hash = 0;
        for (int i = 0; i < broadcast.size(); i++) {
            hash = hash * 0x9E3779B97F4A7C15L + broadcast.byteAt(i) + 1;
        }
        this.seed = hash;
        this.oneIn = oneIn;
    }

    /** Costs a few nanoseconds: it is asked for each delivery. */
    public boolean has(String user) {
        return oneIn > 0 && Long.remainderUnsigned(mixed(seed ^ user.hashCode()), oneIn) == 0;
    }

    /** The finalizer of MurmurHash3, by Austin Appleby (public domain): each bit of the input changes half of the output. */
    private static long mixed(long hash) {
        long mixed = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}

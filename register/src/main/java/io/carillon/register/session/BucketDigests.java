package io.carillon.register.session;

import io.carillon.runtime.bucket.Buckets;

/** Count and hash of a room's sessions in each bucket. Not thread-safe. */
public final class BucketDigests {
    final int[] counts = new int[Buckets.COUNT];
    final long[] hashes = new long[Buckets.COUNT];

    /** @param hash XOR of {@link Buckets#sessionHash} over the sessions */
    public void set(int bucket, int count, long hash) {
        counts[bucket] = count;
        hashes[bucket] = hash;
    }
}

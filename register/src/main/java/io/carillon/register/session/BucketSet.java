package io.carillon.register.session;

import io.carillon.runtime.bucket.Buckets;
import java.util.Arrays;

/** A set of buckets as a bitmap. Not thread-safe; one that is published is changed no more. */
public final class BucketSet {
    /** Bytes of the form in which a room sends it: bit {@code b & 7} of byte {@code b >> 3}. */
    public static final int WIRE_BYTES = Buckets.COUNT / 8;

    private static final int WORDS = Buckets.COUNT / 64;

    private final long[] words;

    private BucketSet(long[] words) {
        this.words = words;
    }

    public static BucketSet none() {
        return new BucketSet(new long[WORDS]);
    }

    static BucketSet all() {
        BucketSet set = none();
        Arrays.fill(set.words, -1L);
        return set;
    }

    /** @param wire {@link #WIRE_BYTES} bytes */
    public static BucketSet ofWire(byte[] wire) {
        if (wire.length != WIRE_BYTES) {
            throw new IllegalArgumentException("bitmap of " + wire.length + " bytes (expected: " + WIRE_BYTES + ")");
        }
        BucketSet set = none();
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            if ((wire[bucket >> 3] & (1 << (bucket & 7))) != 0) {
                set.add(bucket);
            }
        }
        return set;
    }

    public boolean has(int bucket) {
        return (words[bucket >> 6] & (1L << bucket)) != 0;
    }

    public void add(int bucket) {
        words[bucket >> 6] |= 1L << bucket;
    }

    public void remove(int bucket) {
        words[bucket >> 6] &= ~(1L << bucket);
    }

    public void addAll(BucketSet other) {
        for (int i = 0; i < WORDS; i++) {
            words[i] |= other.words[i];
        }
    }

    /** What the other one has not. */
    void addMissingIn(BucketSet other) {
        for (int i = 0; i < WORDS; i++) {
            words[i] |= ~other.words[i];
        }
    }

    public void addAll() {
        Arrays.fill(words, -1L);
    }

    void keepOnly(BucketSet other) {
        for (int i = 0; i < WORDS; i++) {
            words[i] &= other.words[i];
        }
    }

    public int size() {
        int size = 0;
        for (long word : words) {
            size += Long.bitCount(word);
        }
        return size;
    }
}

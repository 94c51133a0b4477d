package io.carillon.register.session;

import io.carillon.runtime.bucket.Buckets;

/**
 * One life of a room, and what this register holds of it in each bucket.
 *
 * <p>The arrays are guarded by the bucket's table: element {@code b} is touched under the monitor of bucket {@code b}
 * only. About 96 KiB a life.
 */
public final class RoomLife {
    final String room;
    final long incarnation;
    /** Names this life in the entries. */
    final int number;

    /** Entries of this life. */
    final int[] counts = new int[Buckets.COUNT];
    /** XOR of their session hashes. */
    final long[] hashes = new long[Buckets.COUNT];
    /** When an entry of this life last came or went, register's milliseconds. */
    final int[] changedMs = new int[Buckets.COUNT];
    /** When the room's digest first differed while the bucket was known to be the same before; 0: it does not. */
    final int[] differsSinceMs = new int[Buckets.COUNT];
    /** Entries carry the mark where the room was asked to send the bucket again and has not named them since. */
    final boolean[] marked = new boolean[Buckets.COUNT];
    /** The last digest agreed. */
    final boolean[] agreed = new boolean[Buckets.COUNT];

    /** Set once, before its entries are taken out: from then on they count as absent. */
    volatile boolean over;

    /** Benign race: a stale read delays the end of a silent life. */
    volatile long heardNs;

    RoomLife(String room, long incarnation, int number, long heardNs) {
        this.room = room;
        this.incarnation = incarnation;
        this.number = number;
        this.heardNs = heardNs;
    }

    public String room() {
        return room;
    }

    public long incarnation() {
        return incarnation;
    }

    /** No request and no entry of this life counts any more. */
    public boolean over() {
        return over;
    }

    void added(int bucket, long sessionHash, int nowMs) {
        counts[bucket]++;
        hashes[bucket] ^= sessionHash;
        changedMs[bucket] = nowMs;
    }

    void removed(int bucket, long sessionHash, int nowMs) {
        counts[bucket]--;
        hashes[bucket] ^= sessionHash;
        changedMs[bucket] = nowMs;
    }

    @Override
    public String toString() {
        return room + "/" + Long.toUnsignedString(incarnation);
    }
}

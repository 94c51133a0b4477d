package io.carillon.room.registration;

import io.carillon.runtime.bucket.Buckets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The room's sessions by bucket, and of each bucket what its owner has confirmed. Confined to the registrar.
 *
 * <p>A session counts in its bucket's digest from the moment the owner confirmed it until the owner confirmed its end.
 * When the owner changes, the bucket's epoch goes up, which forgets all confirmations at once.
 */
final class BucketTable {
    private static final Session[] EMPTY = {};

    private final Session[][] sessions = new Session[Buckets.COUNT][];
    private final int[] sizes = new int[Buckets.COUNT];
    private final @Nullable RegisterLane[] owners = new RegisterLane[Buckets.COUNT];
    private final int[] epochs = new int[Buckets.COUNT];
    private final boolean[] whole = new boolean[Buckets.COUNT];
    private final int[] confirmedCounts = new int[Buckets.COUNT];
    private final long[] confirmedHashes = new long[Buckets.COUNT];
    private int total;

    BucketTable() {
        Arrays.fill(sessions, EMPTY);
        Arrays.fill(epochs, 1);
    }

    int total() {
        return total;
    }

    int size(int bucket) {
        return sizes[bucket];
    }

    Session session(int bucket, int index) {
        return sessions[bucket][index];
    }

    @Nullable
    RegisterLane owner(int bucket) {
        return owners[bucket];
    }

    boolean isWhole(int bucket) {
        return whole[bucket];
    }

    void setWhole(int bucket) {
        whole[bucket] = true;
    }

    int confirmedCount(int bucket) {
        return confirmedCounts[bucket];
    }

    long confirmedHash(int bucket) {
        return confirmedHashes[bucket];
    }

    void add(Session session) {
        int bucket = session.bucket();
        int size = sizes[bucket]++;
        if (size == sessions[bucket].length) {
            sessions[bucket] = Arrays.copyOf(sessions[bucket], Math.max(4, size + (size >> 1)));
        }
        sessions[bucket][size] = session;
        session.place = size;
        total++;
    }

    /** Removes exactly this session; does nothing where it is not in. */
    void remove(Session session) {
        int place = session.place;
        if (place < 0) {
            return;
        }
        int bucket = session.bucket();
        Session[] of = sessions[bucket];
        int last = --sizes[bucket];
        of[place] = of[last];
        of[place].place = place;
        of[last] = null;
        session.place = -1;
        if (last == 0) {
            sessions[bucket] = EMPTY;
        }
        total--;
    }

    /** The bucket belongs to another register, or another life of it, or has to be sent again. */
    void restart(int bucket, @Nullable RegisterLane owner) {
        owners[bucket] = owner;
        epochs[bucket]++;
        whole[bucket] = false;
        confirmedCounts[bucket] = 0;
        confirmedHashes[bucket] = 0;
    }

    boolean isConfirmed(Session session) {
        return session.confirmedEpoch == epochs[session.bucket()];
    }

    int epoch(int bucket) {
        return epochs[bucket];
    }

    /** The owner holds it now. */
    void confirm(Session session) {
        int bucket = session.bucket();
        if (!isConfirmed(session)) {
            session.confirmedEpoch = epochs[bucket];
            confirmedCounts[bucket]++;
            confirmedHashes[bucket] ^= session.hash();
        }
    }

    /** The owner does not hold it any more. */
    void unconfirm(Session session) {
        int bucket = session.bucket();
        if (isConfirmed(session)) {
            session.confirmedEpoch = 0;
            confirmedCounts[bucket]--;
            confirmedHashes[bucket] ^= session.hash();
        }
    }
}

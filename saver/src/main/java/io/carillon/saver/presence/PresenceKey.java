package io.carillon.saver.presence;

import io.carillon.contract.PresenceChange;
import io.carillon.runtime.bucket.Buckets;
import java.util.Comparator;

/** Names a row of presence. In the order of the primary key, so that two transactions lock in the same order. */
record PresenceKey(int bucket, String app, String user) implements Comparable<PresenceKey> {
    private static final Comparator<PresenceKey> ORDER = Comparator.comparingInt(PresenceKey::bucket)
            .thenComparing(PresenceKey::app)
            .thenComparing(PresenceKey::user);

    static PresenceKey of(String app, String user) {
        return new PresenceKey(Buckets.of(app, user), app, user);
    }

    static PresenceKey of(PresenceChange change) {
        return of(change.getApp(), change.getUser());
    }

    @Override
    public int compareTo(PresenceKey other) {
        return ORDER.compare(this, other);
    }
}

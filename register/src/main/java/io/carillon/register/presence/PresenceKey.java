package io.carillon.register.presence;

import io.carillon.runtime.bucket.Buckets;

/** Names one user. */
record PresenceKey(String app, String user) {
    int bucket() {
        return Buckets.of(app, user);
    }
}

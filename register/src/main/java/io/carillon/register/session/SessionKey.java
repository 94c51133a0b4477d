package io.carillon.register.session;

import io.carillon.runtime.bucket.Buckets;
import java.nio.charset.StandardCharsets;

/** Where an (app, user) is kept; {@code app} is below 0 where no session of the app was ever here. */
final class SessionKey {
    final int app;
    /** As {@link Buckets#of} says. */
    final int bucket;

    final int hash;
    final byte[] user;

    SessionKey(int app, String appName, String userName) {
        long all = Buckets.hash(appName, userName);
        this.app = app;
        this.bucket = (int) (all >>> 52);
        this.hash = (int) all;
        this.user = userName.getBytes(StandardCharsets.UTF_8);
    }
}

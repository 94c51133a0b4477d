package io.carillon.room.registration;

import io.carillon.runtime.bucket.Buckets;

/**
 * One binding as register knows it: who, and over which connection. Immutable, but for what the registrar notes for
 * itself.
 */
public final class Session {
    private final String app;
    private final String user;
    private final long connectionId;
    private final String deviceId;
    private final String network;
    private final long loginNs;
    private final short bucket;

    // What follows is confined to the registrar.
    /** Index in the registrar's list of the bucket; negative: not in it. */
    int place = -1;
    /** The bucket's epoch in which its owner confirmed this session; 0: in none. */
    int confirmedEpoch;
    /** Some register may hold it. */
    boolean told;
    /** Some register confirmed it once. */
    boolean confirmedOnce;
    /** The connection was told to load without waiting for a register. */
    boolean loadedUnregistered;
    /** It ended here. */
    boolean gone;

    /**
     * @param network wifi, cellular, wired or empty
     * @param loginNs the loop's monotonic clock at the login
     */
    public Session(String app, String user, long connectionId, String deviceId, String network, long loginNs) {
        this.app = app;
        this.user = user;
        this.connectionId = connectionId;
        this.deviceId = deviceId;
        this.network = network;
        this.loginNs = loginNs;
        this.bucket = (short) Buckets.of(app, user);
    }

    public String app() {
        return app;
    }

    public String user() {
        return user;
    }

    public long connectionId() {
        return connectionId;
    }

    public String deviceId() {
        return deviceId;
    }

    public String network() {
        return network;
    }

    public long loginNs() {
        return loginNs;
    }

    public int bucket() {
        return bucket;
    }

    /** What it adds to its bucket's digest. */
    long hash() {
        return Buckets.sessionHash(app, user, connectionId);
    }
}

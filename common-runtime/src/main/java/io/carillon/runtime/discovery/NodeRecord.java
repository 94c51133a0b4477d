package io.carillon.runtime.discovery;

import java.util.List;

/**
 * What a process announces of itself.
 *
 * @param role room, register, saver, center, coordinator or dispatcher
 * @param name unique within the cluster
 * @param site where it runs
 * @param pool rooms only: the apps of this pool come here; "default" elsewhere
 * @param weight relative capacity, above 0
 * @param release version of the software
 * @param incarnation one life of the process
 * @param rpc host:port of its RPC
 * @param admin base URL of its admin endpoint
 * @param http base URL of its public HTTP API, empty where it has none
 * @param listeners rooms only: the advertised addresses for clients
 * @param load at the time of the announcement
 * @param draining it takes nothing new
 */
public record NodeRecord(
        String role,
        String name,
        String site,
        String pool,
        int weight,
        String release,
        long incarnation,
        String rpc,
        String admin,
        String http,
        List<Advertised> listeners,
        Load load,
        boolean draining) {
    public NodeRecord {
        listeners = List.copyOf(listeners);
    }

    /** An address that clients can reach; {@code transport} is tcp, tls, ws or wss. */
    public record Advertised(String transport, String host, int port) {}

    /** @param capacity connections that the room is meant to hold */
    public record Load(long connections, long capacity) {
        public static final Load NONE = new Load(0, 0);
    }

    public NodeRecord withLoad(Load newLoad) {
        return new NodeRecord(
                role, name, site, pool, weight, release, incarnation, rpc, admin, http, listeners, newLoad, draining);
    }

    public NodeRecord withDraining(boolean newDraining) {
        return new NodeRecord(
                role, name, site, pool, weight, release, incarnation, rpc, admin, http, listeners, load, newDraining);
    }
}

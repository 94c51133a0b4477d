package io.carillon.runtime.discovery;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import io.carillon.runtime.config.HostPort;
import java.time.Duration;
import java.util.List;

/** How the processes of a cluster find each other: ZooKeeper, or a list for a small fleet. */
public record DiscoveryConfig(
        @Doc("ZooKeeper's addresses, host:port separated by commas; empty: the list of `nodes` is used") @Default("")
        String zookeeper,

        @Doc("after this long without a word, ZooKeeper takes a process for gone") @Default("6s")
        Duration sessionTimeout,

        @Doc("how long a start waits for ZooKeeper before it goes on with the list on disk") @Default("10s")
        Duration connectTimeout,

        @Doc("the processes of a fleet without ZooKeeper") List<StaticNode> nodes) {
    public DiscoveryConfig {
        Durations.requirePositive("session-timeout", sessionTimeout);
        Durations.requirePositive("connect-timeout", connectTimeout);
        Check.range("nodes", nodes.size(), 0, 10_000);
    }

    /** A process of a fleet without ZooKeeper. */
    public record StaticNode(
            @Doc("room, register, saver, center, coordinator or dispatcher")
            String role,

            @Doc("the process's name") String name,

            @Doc("host:port of its RPC") HostPort rpc,

            @Doc("base URL of its HTTP API") @Default("") String http,

            @Doc("where it runs") @Default("local") String site,

            @Doc("rooms only: the pool") @Default("default") String pool,

            @Doc("relative capacity") @Default("100") int weight,

            @Doc("rooms only: addresses for clients, each transport=host:port")
            List<String> listeners) {
        public StaticNode {
            Check.range("weight", weight, 1, 1_000_000);
            listeners.forEach(StaticNode::advertised);
        }

        /** One entry of {@link #listeners}. */
        public static NodeRecord.Advertised advertised(String text) {
            int equals = text.indexOf('=');
            Check.that(equals > 0, "listeners", text, "transport=host:port");
            HostPort address = HostPort.parse(text.substring(equals + 1));
            return new NodeRecord.Advertised(text.substring(0, equals), address.host(), address.port());
        }
    }
}

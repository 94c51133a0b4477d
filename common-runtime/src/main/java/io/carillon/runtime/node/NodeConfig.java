package io.carillon.runtime.node;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.discovery.DiscoveryConfig;
import io.carillon.runtime.logging.LogConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** What every process is told, whatever its role: the {@code node} section. */
public record NodeConfig(
        @Doc("unique within the cluster, and the same after a restart; `--name` sets it as well") @Default("")
        String name,

        @Doc("paths in ZooKeeper start with it: one ensemble serves several clusters") @Default("carillon")
        String cluster,

        @Doc("where the process runs; peers of the same site are asked first") @Default("local")
        String site,

        @Doc("rooms only: the apps of this pool come here") @Default("default")
        String pool,

        @Doc("relative capacity of this process among its role") @Default("100")
        int weight,

        @Doc("where the RPC listens; port 0: the system chooses") @Default("127.0.0.1:0")
        HostPort rpc,

        @Doc("the host under which others reach the RPC; empty: that of `rpc`") @Default("")
        String rpcAdvertisedHost,

        @Doc("the secret that all processes of the cluster share, at least 16 characters; without it nothing starts")
        String rpcSecret,

        @Doc("where the admin endpoint listens (health, metrics, log level); port 0: the system chooses")
        @Default("127.0.0.1:0")
        HostPort admin,

        @Doc("bearer key of what changes something at the admin endpoint; empty: such calls are refused") @Default("")
        String adminKey,

        @Doc("where the process keeps what it knew last; created where it is missing")
        String dataDirectory,

        @Doc("threads of the event loops; 0: one a processor") @Default("0")
        int eventLoopThreads,

        @Doc("how long a stop may take before the process ends all the same") @Default("30s")
        Duration stopTimeout,

        @Doc("how the processes find each other") DiscoveryConfig discovery,

        @Doc("logging") LogConfig log) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int SECRET_CHARACTERS_MIN = 16;

    public NodeConfig {
        Check.that(
                name.isEmpty() || NAME.matcher(name).matches(),
                "name",
                name,
                "letters, digits, '.', '_', '-', up to 64");
        Check.that(NAME.matcher(cluster).matches(), "cluster", cluster, "letters, digits, '.', '_', '-', up to 64");
        Check.that(NAME.matcher(site).matches(), "site", site, "letters, digits, '.', '_', '-', up to 64");
        Check.that(NAME.matcher(pool).matches(), "pool", pool, "letters, digits, '.', '_', '-', up to 64");
        Check.range("weight", weight, 1, 1_000_000);
        Check.that(
                rpcSecret.length() >= SECRET_CHARACTERS_MIN,
                "rpc-secret",
                rpcSecret.length() + " characters",
                "at least " + SECRET_CHARACTERS_MIN);
        Check.that(
                adminKey.isEmpty() || adminKey.length() >= SECRET_CHARACTERS_MIN,
                "admin-key",
                adminKey.length() + " characters",
                "none, or at least " + SECRET_CHARACTERS_MIN);
        Check.range("event-loop-threads", eventLoopThreads, 0, 255);
        Durations.requirePositive("stop-timeout", stopTimeout);
    }

    public Path dataPath() {
        return Path.of(dataDirectory);
    }

    NodeConfig withName(String newName) {
        return new NodeConfig(
                newName,
                cluster,
                site,
                pool,
                weight,
                rpc,
                rpcAdvertisedHost,
                rpcSecret,
                admin,
                adminKey,
                dataDirectory,
                eventLoopThreads,
                stopTimeout,
                discovery,
                log);
    }
}

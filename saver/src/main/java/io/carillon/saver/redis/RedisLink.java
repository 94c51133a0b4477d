package io.carillon.saver.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to a standalone Redis (or what Sentinel names) or to a Cluster.
 *
 * <p>The driver reconnects by itself, and never sends a command twice: what was in flight when a connection went fails,
 * and whoever asked decides. While there is no connection calls are refused at once.
 */
public final class RedisLink implements ScriptCalls, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final RedisConfig config;
    private final ClientResources resources;
    private final AbstractRedisClient client;
    private final byte[] source = Script.source();
    private final String sha;
    private final boolean cluster;
    /** Written once by whichever attempt connects first; null before. */
    private volatile @Nullable Connected connected;

    private volatile boolean closed;

    private record Connected(
            StatefulConnection<byte[], byte[]> connection, RedisClusterAsyncCommands<byte[], byte[]> commands) {}

    private RedisLink(RedisConfig config) {
        this.config = config;
        this.cluster = config.cluster();
        resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .reconnectDelay(
                        Delay.fullJitter(Duration.ofMillis(10), Duration.ofMillis(500), 10, TimeUnit.MILLISECONDS))
                .build();
        client = cluster ? clusterClient() : standaloneClient();
        sha = io.lettuce.core.codec.Base16.digest(source);
    }

    /**
     * Connects, and looks at the store's settings. A Redis that is away is waited for in the background.
     *
     * @throws StoreSettingsException where it is there and set up so that it would lose messages
     */
    public static RedisLink open(RedisConfig config) {
        RedisLink link = new RedisLink(config);
        try {
            link.connect();
        } catch (StoreSettingsException e) {
            link.close();
            throw e;
        } catch (RuntimeException e) {
            log.warn(
                    "redis is away uris={} error=\"{}\"; it is tried again until it answers",
                    config.addresses(),
                    rootMessage(e));
            Thread.ofPlatform().daemon().name("redis-connect").start(link::connectUntilItAnswers);
        }
        return link;
    }

    private AbstractRedisClient standaloneClient() {
        RedisClient redis = RedisClient.create(resources, uri(config.uris().getFirst()));
        redis.setOptions(ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .timeoutOptions(TimeoutOptions.enabled(config.commandTimeout()))
                .build());
        return redis;
    }

    private AbstractRedisClient clusterClient() {
        RedisClusterClient redis = RedisClusterClient.create(
                resources, config.uris().stream().map(this::uri).toList());
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        options.autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .timeoutOptions(TimeoutOptions.enabled(config.commandTimeout()));
        options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(Duration.ofSeconds(10))
                .build());
        redis.setOptions(options.build());
        return redis;
    }

    private RedisURI uri(String text) {
        RedisURI uri = RedisURI.create(text);
        uri.setTimeout(config.commandTimeout());
        return uri;
    }

    private void connect() {
        Connected fresh;
        if (client instanceof RedisClusterClient redis) {
            StatefulRedisClusterConnection<byte[], byte[]> connection = redis.connect(ByteArrayCodec.INSTANCE);
            fresh = new Connected(connection, connection.async());
            connection.getPartitions().stream()
                    .filter(node ->
                            node.is(io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag.UPSTREAM))
                    .forEach(node -> StoreSettings.check(
                            String.valueOf(node.getUri()),
                            connection.getConnection(node.getNodeId()).sync().info()));
        } else {
            StatefulRedisConnection<byte[], byte[]> connection =
                    ((RedisClient) client).connect(ByteArrayCodec.INSTANCE);
            fresh = new Connected(connection, connection.async());
            StoreSettings.check(config.addresses(), connection.sync().info());
        }
        connected = fresh;
    }

    private void connectUntilItAnswers() {
        while (!closed && connected == null) {
            try {
                TimeUnit.MILLISECONDS.sleep(500);
                connect();
                log.info("redis answers uris={}", config.addresses());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (StoreSettingsException e) {
                log.error("redis refused error=\"{}\"", e.getMessage());
            } catch (RuntimeException e) {
                log.debug("redis is still away", e);
            }
        }
    }

    @Override
    public boolean available() {
        Connected current = connected;
        return current != null && current.connection().isOpen();
    }

    @Override
    public int group(int bucket) {
        return cluster ? SlotHash.getSlot("{b" + bucket + "}") : 0;
    }

    @Override
    public CompletionStage<List<Object>> call(byte[][] tags, byte[][] args) {
        Connected current = connected;
        if (current == null) {
            return CompletableFuture.failedFuture(new Failures.NotConnectedException());
        }
        return current.commands()
                .<List<Object>>evalsha(sha, ScriptOutputType.MULTI, tags, args)
                .exceptionallyCompose(failure -> unknownScript(failure)
                        ? current.commands().<List<Object>>eval(source, ScriptOutputType.MULTI, tags, args)
                        : CompletableFuture.failedFuture(failure));
    }

    /** How many of these buckets have such a key. Never blocks; fails as {@link Failures} reads it. */
    CompletionStage<Long> existing(List<Integer> buckets, String suffix) {
        Connected current = connected;
        if (current == null) {
            return CompletableFuture.failedFuture(new Failures.NotConnectedException());
        }
        byte[][] keys = buckets.stream().map(bucket -> key(bucket, suffix)).toArray(byte[][]::new);
        return current.commands().exists(keys);
    }

    private static boolean unknownScript(Throwable failure) {
        return failure instanceof RedisNoScriptException
                || (failure instanceof CompletionException && failure.getCause() instanceof RedisNoScriptException);
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    @Override
    public void close() {
        closed = true;
        client.shutdown(Duration.ZERO, CLOSE_LIMIT);
        resources
                .shutdown(0, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_LIMIT.toMillis());
    }

    private static byte[] key(int bucket, String suffix) {
        return ("{b" + bucket + "}" + suffix).getBytes(StandardCharsets.US_ASCII);
    }

    /** What a key tag looks like. */
    static byte[] tag(int bucket) {
        return key(bucket, "");
    }
}

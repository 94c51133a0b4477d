package io.carillon.runtime.discovery;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory in ZooKeeper: one ephemeral node a process at {@code /carillon/CLUSTER/nodes/ROLE/NAME}, its
 * {@link NodeRecord} as JSON in it.
 *
 * <p>All writing and all calls of followers happen on one thread of its own, so that they come one at a time and in
 * order. What this process announced is kept as the wish: after a lost session it is announced again, and a node that a
 * predecessor of the same name left is replaced at once instead of after its session's time-out.
 *
 * <p>While ZooKeeper is away the lists stay as they were last known. An empty list that follows a full one is believed
 * only from a connected directory.
 */
public final class ZooKeeperDiscovery implements Discovery {
    private static final Logger log = LoggerFactory.getLogger(ZooKeeperDiscovery.class);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final long WITHDRAW_TIMEOUT_S = 2;

    private final String root;
    private final LastKnown lastKnown;
    private final CuratorFramework client;
    private final CuratorCache cache;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("discovery").daemon().factory());
    private final Map<String, List<NodeRecord>> lists = new ConcurrentHashMap<>();
    private final Map<String, List<Consumer<Collection<NodeRecord>>>> followers = new ConcurrentHashMap<>();
    private volatile @Nullable NodeRecord wish;
    /** What was written last; the worker's own. */
    private @Nullable NodeRecord announced;

    private volatile boolean connected;
    private volatile boolean initialized;
    private volatile boolean closed;

    public ZooKeeperDiscovery(DiscoveryConfig config, String cluster, Path dataDirectory) throws InterruptedException {
        root = "/carillon/" + cluster + "/nodes";
        lastKnown = new LastKnown(dataDirectory.resolve("discovery"));
        int sessionMs = Math.toIntExact(config.sessionTimeout().toMillis());
        client = CuratorFrameworkFactory.builder()
                .connectString(config.zookeeper())
                .sessionTimeoutMs(sessionMs)
                .connectionTimeoutMs(Math.toIntExact(config.connectTimeout().toMillis()))
                .retryPolicy(new BoundedExponentialBackoffRetry(100, 2_000, 5))
                .build();
        client.getConnectionStateListenable().addListener((framework, state) -> onState(state), worker);
        client.start();
        cache = CuratorCache.build(client, root);
        cache.listenable()
                .addListener(CuratorCacheListener.builder()
                        .forInitialized(() -> onWorker(this::onInitialized))
                        .forAll((type, old, data) ->
                                onWorker(() -> onNode(roleOf(data != null ? data.getPath() : old.getPath()))))
                        .build());
        cache.start();
        if (!client.blockUntilConnected(Math.toIntExact(config.connectTimeout().toMillis()), TimeUnit.MILLISECONDS)) {
            log.warn("zookeeper={} does not answer, going on with the last known lists", config.zookeeper());
        }
    }

    @Override
    public void announce(NodeRecord self) {
        wish = self;
        onWorker(this::writeWish);
    }

    @Override
    public void withdraw() throws Exception {
        wish = null;
        worker.submit(this::writeWish).get(WITHDRAW_TIMEOUT_S, TimeUnit.SECONDS);
    }

    @Override
    public List<NodeRecord> nodes(String role) {
        return lists.computeIfAbsent(role, lastKnown::read);
    }

    @Override
    public void follow(String role, Consumer<Collection<NodeRecord>> onChange) {
        onWorker(() -> {
            followers.computeIfAbsent(role, any -> new CopyOnWriteArrayList<>()).add(onChange);
            tell(onChange, nodes(role));
            if (initialized) {
                onNode(role);
            }
        });
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void close() {
        closed = true;
        cache.close();
        client.close();
        worker.shutdownNow();
    }

    private void onWorker(Runnable task) {
        if (!closed) {
            worker.execute(task);
        }
    }

    private void onState(ConnectionState state) {
        connected = state.isConnected();
        log.info("zookeeper state={}", state);
        if (state == ConnectionState.RECONNECTED) {
            writeWish();
        }
    }

    private void onInitialized() {
        initialized = true;
        followers.keySet().forEach(this::onNode);
    }

    private void onNode(@Nullable String role) {
        if (role == null || !initialized) {
            return;
        }
        List<NodeRecord> now = cache.stream()
                .filter(data -> role.equals(roleOf(data.getPath())) && nameOf(data.getPath()) != null)
                .map(data -> parse(data.getPath(), data.getData()))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(NodeRecord::name))
                .toList();
        boolean replaced = !now.equals(lists.put(role, now));
        if (replaced) {
            lastKnown.write(role, now);
            followers.getOrDefault(role, List.of()).forEach(follower -> tell(follower, now));
        }
        NodeRecord own = wish;
        if (own != null && own.role().equals(role) && now.stream().noneMatch(own::equals)) {
            writeWish();
        }
    }

    private void writeWish() {
        if (closed) {
            return;
        }
        NodeRecord own = wish;
        try {
            if (own == null) {
                NodeRecord left = announced;
                if (left != null) {
                    client.delete().quietly().forPath(path(left));
                    announced = null;
                }
                return;
            }
            byte[] data = JSON.writeValueAsBytes(own);
            var stat = client.checkExists().forPath(path(own));
            if (stat != null
                    && stat.getEphemeralOwner()
                            != client.getZookeeperClient().getZooKeeper().getSessionId()) {
                client.delete().quietly().forPath(path(own));
                stat = null;
            }
            if (stat == null) {
                client.create()
                        .creatingParentsIfNeeded()
                        .withMode(CreateMode.EPHEMERAL)
                        .forPath(path(own), data);
            } else {
                client.setData().forPath(path(own), data);
            }
            announced = own;
        } catch (KeeperException.NodeExistsException | KeeperException.NoNodeException e) {
            // Another change came between; what the cache shows next leads here again.
            log.debug("announcement raced: {}", e.toString());
        } catch (Exception e) {
            log.warn("announcement can't be written, it follows when zookeeper is back: {}", e.toString());
        }
    }

    private void tell(Consumer<Collection<NodeRecord>> follower, List<NodeRecord> nodes) {
        try {
            follower.accept(nodes);
        } catch (RuntimeException e) {
            log.error("a follower of the directory failed", e);
        }
    }

    private String path(NodeRecord node) {
        return root + "/" + node.role() + "/" + node.name();
    }

    private @Nullable String roleOf(String path) {
        if (!path.startsWith(root + "/")) {
            return null;
        }
        String rest = path.substring(root.length() + 1);
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }

    private @Nullable String nameOf(String path) {
        int slash = path.indexOf('/', root.length() + 1);
        return slash < 0 ? null : path.substring(slash + 1);
    }

    private static @Nullable NodeRecord parse(String path, byte[] data) {
        try {
            return JSON.readValue(data, NodeRecord.class);
        } catch (IOException e) {
            log.warn("zookeeper node path={} is not a record of ours, ignored: {}", path, e.toString());
            return null;
        }
    }
}

package io.carillon.saver.presence;

import io.carillon.contract.PresencePutRequest;
import io.carillon.contract.PresencePutResponse;
import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceReportedResponse;
import io.carillon.contract.PresenceRow;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.mysql.DatabaseWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last reported state of each user. A change that is newer and other than its row moves the row and queues the event
 * in one transaction, so an event is queued once however often a register tells of it.
 *
 * <p>An app may want presence of users with certain tags alone. Who comes and has none of them is noted and not told; it
 * is told as soon as it gets one, by the transaction that gives it, and, where the app changes what it wants, by a walk over
 * those who were not told. What was told stays told: the going follows, whatever the tags are by then.
 *
 * <p>Bounds: 1,000 changes and 4,096 buckets a call; 5,000 rows a page, 500 of a walk. Thread-safe; never blocks.
 */
public final class PresenceRows implements AutoCloseable {
    private static final int CHANGES_MAX = 1000;
    private static final int PAGE_MAX = 5000;

    private static final int WALK_PAGE_MAX = 500;
    private static final long LOOK_MS = 1_000;
    private static final long SETTLE_MS = 2_000;

    private static final Logger log = LoggerFactory.getLogger(PresenceRows.class);

    private final DatabaseWork mysql;
    private final Clock clock;
    private final Supplier<Map<String, Set<String>>> wanted;
    private final PresenceTags tags;
    private final ScheduledFuture<?> timer;
    /** What the apps wanted at the last look. Confined to the timer. */
    private final Map<String, Set<String>> seen = new HashMap<>();
    /** Apps that want something else, and when their walk begins. */
    private final Map<String, Long> changed = new ConcurrentHashMap<>();

    private final AtomicBoolean walking = new AtomicBoolean();
    private volatile boolean closed;

    /** @param wanted the apps that want presence, each with the tags of the users meant, empty for all; as known now */
    public PresenceRows(
            DatabaseWork mysql,
            ScheduledExecutorService scheduler,
            Supplier<Map<String, Set<String>>> wanted,
            Clock clock) {
        this.mysql = mysql;
        this.clock = clock;
        this.wanted = wanted;
        this.tags = app -> wanted.get().getOrDefault(app, Set.of());
        timer = scheduler.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    /** To be called in the transaction that has changed a user's tags. */
    public void onTags(Connection connection, String app, String user) throws SQLException {
        PresenceReports.onTags(connection, app, user, tags, clock.millis());
    }

    /**
     * Begins a walk for the apps that want something else than before. It starts a while later, when every saver knows of
     * it: what one of them has taken by the old word is found then. At a saver's start all apps are walked for, since the
     * walk of one that died may not have ended.
     */
    private void look() {
        Map<String, Set<String>> now = wanted.get();
        now.forEach((app, of) -> {
            if (!of.equals(seen.put(app, of))) {
                changed.put(app, clock.millis() + SETTLE_MS);
            }
        });
        seen.keySet().retainAll(now.keySet());
        Set<String> due = changed.entrySet().stream()
                .filter(entry -> entry.getValue() <= clock.millis())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        if (!due.isEmpty() && walking.compareAndSet(false, true)) {
            changed.keySet().removeAll(due);
            walk(due, PresenceTable.Place.START);
        }
    }

    private void walk(Set<String> apps, PresenceTable.Place from) {
        mysql.submit(connection -> Optional.ofNullable(
                        PresenceReports.tellUntold(connection, from, apps, tags, WALK_PAGE_MAX, clock.millis())))
                .whenComplete((next, failure) -> {
                    if (failure != null) {
                        log.debug("presence of users with other tags not told, it is tried again", failure);
                        apps.forEach(app -> changed.putIfAbsent(app, clock.millis() + SETTLE_MS));
                        walking.set(false);
                    } else if (next.isPresent() && !closed) {
                        walk(apps, next.get());
                    } else {
                        walking.set(false);
                    }
                });
    }

    public CompletableFuture<PresencePutResponse> put(PresencePutRequest request) {
        if (request.getChangesCount() > CHANGES_MAX) {
            return malformed("changes: " + request.getChangesCount() + " (expected: at most " + CHANGES_MAX + ")");
        }
        return mysql.submit(connection -> PresencePutResponse.newBuilder()
                .addAllRows(PresenceReports.apply(connection, request.getChangesList(), tags, clock.millis()))
                .build());
    }

    public CompletableFuture<PresenceReportedResponse> reported(PresenceReportedRequest request) {
        if (request.getBucketsList().stream().anyMatch(bucket -> bucket < 0 || bucket >= Buckets.COUNT)) {
            return malformed("buckets: one out of range (expected: below " + Buckets.COUNT + ")");
        }
        int max = Math.clamp(request.getLimit(), 1, PAGE_MAX);
        return mysql.submit(connection -> {
            List<PresenceRow> rows = PresenceTable.online(connection, request, max + 1);
            return PresenceReportedResponse.newBuilder()
                    .addAllRows(rows.subList(0, Math.min(max, rows.size())))
                    .setMore(rows.size() > max)
                    .build();
        });
    }

    @Override
    public void close() {
        closed = true;
        timer.cancel(false);
    }

    private static <T> CompletableFuture<T> malformed(String text) {
        return CompletableFuture.failedFuture(new RpcException(RpcStatus.MALFORMED, text));
    }
}

package io.carillon.saver.schedule;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import io.carillon.contract.ScheduleDoneRequest;
import io.carillon.contract.ScheduleDoneResponse;
import io.carillon.contract.SchedulePutRequest;
import io.carillon.contract.SchedulePutResponse;
import io.carillon.contract.ScheduleTakeRequest;
import io.carillon.contract.ScheduleTakeResponse;
import io.carillon.contract.ScheduledPost;
import io.carillon.saver.mysql.DatabaseWork;
import io.carillon.saver.mysql.StoreTime;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages for later: kept to their time by MySQL's clock, then leased to a center until it says that they are put. A
 * lease that runs out is the next one's; messages have their ids already, so to put them twice is harmless.
 *
 * <p>Bounds: {@link ScheduleConfig}; an app is counted once a second, so savers together may exceed them by what comes
 * in that second. A request has at most 8 MiB, an answer 12 MiB. Thread-safe; never blocks.
 */
public final class Schedule {
    private static final Logger log = LoggerFactory.getLogger(Schedule.class);
    private static final int REQUEST_ID_BYTES = 16;
    private static final int APP_BYTES_MAX = 64;
    private static final int POST_BYTES_MAX = 8 << 20;
    private static final int TAKE_MAX = 1000;
    private static final long TAKE_BYTES_MAX = 12 << 20;
    private static final long LEASE_MS_MAX = 600_000;
    private static final Duration COUNTED_FOR = Duration.ofSeconds(1);
    private static final int APPS_COUNTED_MAX = 10_000;

    private final DatabaseWork mysql;
    private final ScheduleConfig config;
    private final ScheduleEvents events;
    private final Clock clock;
    private final Cache<String, Counted> countedByApp = Caffeine.newBuilder()
            .maximumSize(APPS_COUNTED_MAX)
            .expireAfterWrite(COUNTED_FOR)
            .build();
    private final LongAdder dropped = new LongAdder();

    /** What the app had when it was counted, and what came since. */
    private record Counted(LongAdder posts, LongAdder bytes) {}

    public Schedule(DatabaseWork mysql, ScheduleConfig config, ScheduleEvents events, Clock clock) {
        this.mysql = mysql;
        this.config = config;
        this.events = events;
        this.clock = clock;
    }

    public CompletableFuture<SchedulePutResponse> put(SchedulePutRequest request) {
        String error = refusal(request.getPost());
        return error.isEmpty()
                ? mysql.submit(connection -> put(connection, request.getPost()))
                        .thenApply(response -> told(request.getPost(), response))
                : CompletableFuture.completedFuture(refused(error));
    }

    private static String refusal(ScheduledPost post) {
        int appBytes = post.getApp().getBytes(StandardCharsets.UTF_8).length;
        if (post.getRequestId().size() != REQUEST_ID_BYTES) {
            return "request_id: " + post.getRequestId().size() + " bytes (expected: " + REQUEST_ID_BYTES + ")";
        }
        if (appBytes == 0 || appBytes > APP_BYTES_MAX) {
            return "app: " + appBytes + " bytes (expected: 1 to " + APP_BYTES_MAX + ")";
        }
        return post.getSerializedSize() > POST_BYTES_MAX
                ? "request: " + post.getSerializedSize() + " bytes (expected: at most " + POST_BYTES_MAX + ")"
                : "";
    }

    private static SchedulePutResponse refused(String error) {
        return SchedulePutResponse.newBuilder().setError(error).build();
    }

    private SchedulePutResponse put(Connection connection, ScheduledPost post) throws SQLException {
        if (ScheduleTable.exists(connection, post.getRequestId())) {
            return SchedulePutResponse.getDefaultInstance();
        }
        Counted counted = counted(connection, post.getApp());
        if (counted.posts().sum() >= config.perAppMax()) {
            return refused("the app has " + config.perAppMax() + " requests for later");
        }
        if (counted.bytes().sum() + post.getSerializedSize()
                > config.perAppBytesMax().bytes()) {
            return refused("the app has " + config.perAppBytesMax() + " of requests for later");
        }
        boolean created = ScheduleTable.insert(connection, post, StoreTime.millis(connection));
        if (created) {
            counted.posts().increment();
            counted.bytes().add(post.getSerializedSize());
        }
        return SchedulePutResponse.newBuilder().setCreated(created).build();
    }

    private SchedulePutResponse told(ScheduledPost post, SchedulePutResponse response) {
        if (response.getCreated()) {
            events.onScheduled(post, clock.millis());
        }
        return response;
    }

    /**
     * Takes a message back that nobody has taken to post it.
     *
     * @return what it was; empty where it is not kept for later. Where it was {@code taken} nothing has changed.
     */
    public CompletableFuture<Optional<ScheduledMessage>> recall(String app, ByteString messageId) {
        return mysql.submit(connection -> Optional.ofNullable(ScheduledMessages.remove(connection, app, messageId)))
                .thenApply(message -> {
                    message.filter(found -> !found.taken())
                            .ifPresent(found -> events.onRecalled(found, clock.millis()));
                    return message;
                });
    }

    private Counted counted(Connection connection, String app) throws SQLException {
        Counted known = countedByApp.getIfPresent(app);
        if (known != null) {
            return known;
        }
        ScheduleTable.Stock stock = ScheduleTable.stock(connection, app);
        Counted fresh = new Counted(new LongAdder(), new LongAdder());
        fresh.posts().add(stock.posts());
        fresh.bytes().add(stock.bytes());
        countedByApp.put(app, fresh);
        return fresh;
    }

    public CompletableFuture<ScheduleTakeResponse> take(ScheduleTakeRequest request) {
        int max = Math.clamp(request.getMax(), 1, TAKE_MAX);
        long leaseMs = Math.clamp(request.getLeaseMs(), 1, LEASE_MS_MAX);
        return mysql.submit(connection -> {
            ScheduleTakeResponse.Builder response = ScheduleTakeResponse.newBuilder();
            if (ScheduleTable.anythingDue(connection)) {
                long nowMs = StoreTime.millis(connection);
                response.addAllPosts(ScheduleTable.take(connection, nowMs, nowMs + leaseMs, max, TAKE_BYTES_MAX));
            }
            return response.build();
        });
    }

    public CompletableFuture<ScheduleDoneResponse> done(ScheduleDoneRequest request) {
        return mysql.submit(connection -> ScheduleDoneResponse.newBuilder()
                .addAllDeleted(ScheduleTable.delete(connection, request.getRequestIdsList()))
                .build());
    }

    /** Drops what no center could put for too long, a bounded number. Returns how many. */
    public int dropOld(Connection connection) throws SQLException {
        int count = ScheduleTable.dropDueBefore(
                connection, StoreTime.millis(connection) - config.keep().toMillis());
        if (count > 0) {
            dropped.add(count);
            log.warn("requests for later dropped that could not be put count={}", count);
        }
        return count;
    }

    /** Dropped since the start. */
    public long dropped() {
        return dropped.sum();
    }
}

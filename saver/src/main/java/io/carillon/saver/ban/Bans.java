package io.carillon.saver.ban;

import io.carillon.contract.BanEntry;
import io.carillon.contract.BanLiftRequest;
import io.carillon.contract.BanLiftResponse;
import io.carillon.contract.BanPutRequest;
import io.carillon.contract.BanPutResponse;
import io.carillon.contract.BansRequest;
import io.carillon.contract.BansResponse;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.saver.mysql.DatabaseWork;
import io.carillon.saver.poll.LongPolls;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bans of all apps, kept in MySQL under one version that every change raises. Only the version is held here: it is
 * looked at every quarter of a second, so a change made by another saver reaches who waits within that.
 *
 * <p>Bounds: about so many bans as it is told, those of the last hour that are over included, beyond it a put is refused;
 * for questions that wait see {@link LongPolls}. Thread-safe; never blocks.
 */
public final class Bans implements AutoCloseable {
    /** That are kept, unless a test wants fewer. */
    public static final int BANS_MAX = 1_000_000;

    private static final int ENTRIES_MAX = 2_000;
    private static final int REASON_BYTES_MAX = 200;
    /** So long a row stays behind its end: who did not ask for that time begins anew. */
    private static final long KEPT_MS = Duration.ofHours(1).toMillis();

    private static final Logger log = LoggerFactory.getLogger(Bans.class);
    private static final int NAME_BYTES_MAX = 64;
    /** A page of the longest names and reasons stays below 1 MiB. */
    private static final int PAGE_MAX = 2_000;

    private static final long POLL_MS = 250;
    private static final long FORGET_MS = 60_000;
    private static final long WAIT_MS_MAX = 30_000;

    private final DatabaseWork mysql;
    private final int bansMax;
    private final LongPolls polls;
    private final AtomicBoolean polling = new AtomicBoolean();
    private final List<ScheduledFuture<?>> timers;
    /** About: counted now and then, and what was put since. Benign race: a few more than the bound. */
    private final AtomicInteger rows = new AtomicInteger();
    /** 0 until MySQL answered for the first time. */
    private volatile long version;

    /** @param bansMax that are kept, about */
    public Bans(DatabaseWork mysql, ScheduledExecutorService scheduler, int bansMax) {
        this.mysql = mysql;
        polls = new LongPolls(scheduler);
        this.bansMax = bansMax;
        timers = List.of(
                scheduler.scheduleWithFixedDelay(this::poll, POLL_MS, POLL_MS, TimeUnit.MILLISECONDS),
                scheduler.scheduleWithFixedDelay(this::forget, FORGET_MS, FORGET_MS, TimeUnit.MILLISECONDS));
    }

    /** Stores bans, all or none. */
    public CompletableFuture<BanPutResponse> put(BanPutRequest request) {
        String wrong = wrongWith(request.getEntriesList());
        if (wrong != null) {
            return CompletableFuture.failedFuture(new RpcException(RpcStatus.MALFORMED, wrong));
        }
        return mysql.submit(connection -> put(connection, request)).thenApply(response -> {
            poll();
            return response;
        });
    }

    private BanPutResponse put(Connection connection, BanPutRequest request) throws SQLException {
        if (rows.get() + request.getEntriesCount() > bansMax) {
            rows.set(BanTable.count(connection));
        }
        if (rows.get() + request.getEntriesCount() > bansMax) {
            return BanPutResponse.newBuilder()
                    .setError("bans: too many (expected: at most " + bansMax + ")")
                    .build();
        }
        rows.addAndGet(request.getEntriesCount());
        return BanPutResponse.newBuilder()
                .addAllUntilMs(BanTable.put(connection, request.getEntriesList(), KEPT_MS))
                .build();
    }

    private static @Nullable String wrongWith(List<BanEntry> entries) {
        if (entries.isEmpty() || entries.size() > ENTRIES_MAX) {
            return "entries: " + entries.size() + " (expected: 1 to " + ENTRIES_MAX + ")";
        }
        for (BanEntry entry : entries) {
            if (!named(entry.getUser())) {
                return "app or user: (expected: 1 to " + NAME_BYTES_MAX + " bytes)";
            }
            if (entry.getBanMs() <= 0 || entry.getReasonBytes().size() > REASON_BYTES_MAX) {
                return "ban of " + entry.getBanMs() + " ms with "
                        + entry.getReasonBytes().size() + " bytes of reason (expected: more than 0 ms, at most "
                        + REASON_BYTES_MAX + " bytes)";
            }
        }
        return null;
    }

    private static boolean named(UserKey user) {
        int appBytes = user.getAppBytes().size();
        int userBytes = user.getUserBytes().size();
        return appBytes > 0 && appBytes <= NAME_BYTES_MAX && userBytes > 0 && userBytes <= NAME_BYTES_MAX;
    }

    public CompletableFuture<BanLiftResponse> lift(BanLiftRequest request) {
        return mysql.submit(connection -> BanTable.lift(connection, request.getUser(), KEPT_MS))
                .thenApply(lifted -> {
                    poll();
                    return BanLiftResponse.newBuilder().setLifted(lifted).build();
                });
    }

    /** Answers at once where the asker does not know all, else when there is something new, or at the wait's end. */
    public CompletableFuture<BansResponse> bans(BansRequest request) {
        long after = request.getAfterVersion();
        long known = version;
        long waitMs = after == 0 ? 0 : Math.clamp(request.getWaitMs(), 0, WAIT_MS_MAX);
        if (waitMs == 0 || after < known || polls.isFull()) {
            return page(request);
        }
        // Who is ahead heard of it from a saver that looked a moment earlier; or the store was set up anew.
        boolean ahead = after > known;
        long limitMs = ahead ? Math.min(waitMs, 2 * POLL_MS) : waitMs;
        return polls.await(limitMs, () -> version != known)
                .thenCompose(
                        news -> news || ahead ? page(request) : CompletableFuture.completedFuture(unchanged(request)));
    }

    private static BansResponse unchanged(BansRequest request) {
        return BansResponse.newBuilder()
                .setVersion(request.getAfterVersion())
                .setBaseVersion(request.getBaseVersion())
                .build();
    }

    private CompletableFuture<BansResponse> page(BansRequest request) {
        return mysql.submit(connection -> BanTable.page(connection, request, PAGE_MAX));
    }

    private void poll() {
        if (!polling.compareAndSet(false, true)) {
            return;
        }
        mysql.submit(connection -> BanTable.versions(connection, false).newest())
                .whenComplete((newest, failure) -> {
                    polling.set(false);
                    if (failure == null) {
                        adopt(newest);
                    } else {
                        log.debug("version of the bans not read", failure);
                    }
                });
    }

    private void adopt(long newest) {
        if (newest != version) {
            version = newest;
            polls.wake();
        }
    }

    /** Drops what ended long enough ago; never fails. */
    public CompletableFuture<Boolean> forget() {
        CompletableFuture<Integer> forgotten = mysql.submit(connection -> {
            int gone = BanTable.forget(connection);
            rows.set(BanTable.count(connection));
            return gone;
        });
        CompletableFuture<Boolean> more = forgotten.handle((gone, failure) -> {
            if (failure != null) {
                log.debug("bans that are over were not forgotten", failure);
            } else if (gone > 0) {
                log.info("bans that are over were forgotten count={}", gone);
            }
            return failure == null && gone == BanTable.FORGET_MAX;
        });
        return more.thenCompose(again -> again ? forget() : more);
    }

    @Override
    public void close() {
        timers.forEach(timer -> timer.cancel(false));
        polls.close();
    }
}

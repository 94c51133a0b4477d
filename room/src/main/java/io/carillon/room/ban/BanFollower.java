package io.carillon.room.ban;

import io.carillon.contract.Ban;
import io.carillon.contract.BansRequest;
import io.carillon.contract.BansResponse;
import io.carillon.room.login.Bans;
import io.carillon.runtime.node.DutyScheduler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bans of all apps, followed from saver by long poll and held in memory, so that a login asks nobody. The list is kept
 * on disk, within a second of a change (half a minute where it is long), so that a room that starts while saver is away
 * refuses by what it knew last.
 *
 * <p>A list that begins anew is put together page by page and takes the place of the old one when it is whole. Whoever is
 * newly banned is told to the sweep, at most once a second. Times are turned into this process's clock as they come.
 *
 * <p>{@link #reason} may be asked by any thread; all else happens on the one thread of the follower.
 */
public final class BanFollower implements Bans, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BanFollower.class);
    /** Short, so that a saver that stands still delays no ban for long. */
    private static final Duration POLL_WAIT = Duration.ofSeconds(1);

    private static final Duration POLL_TIMEOUT = Duration.ofSeconds(3);
    private static final long PAUSE_AFTER_FAILURE_MS = 500;
    private static final long SWEEP_INTERVAL_MS = 1_000;
    private static final long PURGE_INTERVAL_MS = 60_000;
    private static final int LONG_LIST = 10_000;
    private static final long WRITE_DELAY_MS = 1_000;
    private static final long WRITE_DELAY_LONG_MS = 30_000;

    private final BanFile file;
    private final int max;
    private final Source source;
    private final LongSupplier wallMs;
    private final ScheduledExecutorService thread = new DutyScheduler("bans");

    private volatile BanTable table;
    private final AtomicLong dropped = new AtomicLong();
    private volatile boolean closed;
    private Consumer<Bans> sweep = bans -> {};
    private @Nullable BanTable building;
    private BanMarks marks = new BanMarks();
    private long version;
    private long baseVersion;
    private boolean writePlanned;
    private boolean sweepPlanned;
    private long sweptAtNs = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(SWEEP_INTERVAL_MS);

    /** Asks a saver. */
    @FunctionalInterface
    public interface Source {
        CompletableFuture<BansResponse> bans(BansRequest request, Duration timeout);
    }

    public BanFollower(Path dataDirectory, BanConfig config, Source source, LongSupplier wallMs) {
        this.file = new BanFile(dataDirectory.resolve("bans"));
        this.max = config.max();
        this.source = source;
        this.wallMs = wallMs;
        this.table = new BanTable(max);
    }

    /** Reads what is on disk, and begins to follow. Before logins. */
    public void start(BanSweep sessions) {
        start(sessions::start);
    }

    void start(Consumer<Bans> onNewBans) {
        sweep = onNewBans;
        try {
            BanFile.Content known = file.read(max);
            if (known != null) {
                table = known.table();
                version = known.version();
                baseVersion = known.baseVersion();
                log.info(
                        "bans on disk version={} bans={}",
                        version,
                        known.table().size());
            }
        } catch (IOException e) {
            log.warn("bans on disk can't be used, waiting for saver: {}", e.toString());
        }
        thread.execute(this::poll);
        thread.scheduleWithFixedDelay(this::purge, PURGE_INTERVAL_MS, PURGE_INTERVAL_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public @Nullable String reason(String app, String user) {
        BanTable now = table;
        return now.size() == 0 ? null : now.reason(BanTable.Key.of(app, user), wallMs.getAsLong());
    }

    /** Bans that are held. */
    public int size() {
        return table.size();
    }

    /** Bans that found the list full since it was read whole. */
    public long dropped() {
        return dropped.get();
    }

    private void poll() {
        BansRequest request = BansRequest.newBuilder()
                .setAfterVersion(version)
                .setBaseVersion(baseVersion)
                .setWaitMs(POLL_WAIT.toMillis())
                .build();
        source.bans(request, POLL_TIMEOUT).whenComplete((answer, failure) -> {
            if (failure == null) {
                onThread(() -> adopt(answer), 0);
            } else {
                log.debug("bans not read", failure);
                onThread(this::poll, PAUSE_AFTER_FAILURE_MS);
            }
        });
    }

    private void onThread(Runnable task, long delayMs) {
        try {
            if (!closed) {
                thread.schedule(task, delayMs, TimeUnit.MILLISECONDS);
            }
        } catch (RejectedExecutionException e) {
            log.debug("closed meanwhile");
        }
    }

    private void adopt(BansResponse page) {
        try {
            if (page.getReset()) {
                building = new BanTable(max);
                dropped.set(0);
            }
            boolean changed = page.getReset() || page.getVersion() != version;
            page.getBansList().forEach(ban -> adopt(ban, page.getNowMs()));
            version = page.getVersion();
            baseVersion = page.getBaseVersion();
            BanTable whole = building;
            if (whole != null && !page.getMore()) {
                table = whole;
                building = null;
                log.info("bans version={} bans={}", version, whole.size());
            }
            if (building == null && changed) {
                writeSoon();
                sweepSoon();
            }
        } catch (RuntimeException | Error e) {
            log.error("a page of bans failed version={}", page.getVersion(), e);
        }
        onThread(this::poll, 0);
    }

    private void adopt(Ban ban, long storeNowMs) {
        BanTable target = building == null ? table : building;
        String app = ban.getUser().getApp();
        String user = ban.getUser().getUser();
        BanTable.Key key = BanTable.Key.of(app, user);
        long leftMs = ban.getUntilMs() - storeNowMs;
        if (leftMs <= 0) {
            target.remove(key);
        } else if (target.put(key, wallMs.getAsLong() + leftMs, ban.getReason())) {
            marks.add(app, user);
        } else {
            if (dropped.getAndIncrement() == 0) {
                log.warn("bans are more than are held, further ones are not enforced here ban.max={}", max);
            }
        }
    }

    private void sweepSoon() {
        if (sweepPlanned || marks.isEmpty()) {
            return;
        }
        sweepPlanned = true;
        long sinceMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sweptAtNs);
        onThread(this::sweep, Math.max(0, SWEEP_INTERVAL_MS - sinceMs));
    }

    private void sweep() {
        sweepPlanned = false;
        sweptAtNs = System.nanoTime();
        BanMarks taken = marks;
        marks = new BanMarks();
        sweep.accept((app, user) -> taken.mayHold(app, user) ? reason(app, user) : null);
    }

    private void purge() {
        table = table.withoutEnded(wallMs.getAsLong());
    }

    private void writeSoon() {
        if (!writePlanned) {
            writePlanned = true;
            onThread(this::write, table.size() < LONG_LIST ? WRITE_DELAY_MS : WRITE_DELAY_LONG_MS);
        }
    }

    private void write() {
        writePlanned = false;
        if (building != null) {
            // The old list is not one of any version any more; the new one is written when it is whole.
            return;
        }
        try {
            file.write(new BanFile.Content(version, baseVersion, table));
        } catch (IOException e) {
            log.warn("bans can't be kept on disk: {}", e.toString());
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
    }
}

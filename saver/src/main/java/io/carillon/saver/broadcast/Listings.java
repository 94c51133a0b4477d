package io.carillon.saver.broadcast;

import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastsOfApp;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.saver.mysql.DatabaseWork;
import io.carillon.saver.poll.LongPolls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lists of live broadcasts, in memory for the apps that rooms ask about.
 *
 * <p>One look at a time reads the store: which apps' lists have changed since the last look, in one query, and of those
 * the ones that are held or wanted. It is taken every quarter of a second, after each change made here, and when an app
 * that is not held is asked for; a question never reads by itself. A list is read after its version, so what is held
 * may be newer than its version, never older, and the next look puts that right.
 *
 * <p>Bounds: for questions that wait see {@link LongPolls}; 10,000 apps are asked for at a time, others are refused
 * as overloaded; an answer ends with the list that reaches 15 MiB, and the next question brings the rest. For lists in
 * memory see {@link HeldLists}. Thread-safe; never blocks.
 */
public final class Listings implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Listings.class);
    private static final long POLL_MS = 250;
    private static final long WAIT_MS_MAX = 30_000;
    private static final int WANTED_MAX = 10_000;
    /** A frame holds 16 MiB. */
    private static final long ANSWER_BYTES_MAX = 15 << 20;

    private final DatabaseWork mysql;
    private final ScheduledExecutorService scheduler;
    private final ListingReader reader;
    private final HeldLists held;
    private final LongPolls polls;
    /** Asked for and not held; each with the questions that hang on it. */
    private final Map<String, CompletableFuture<Boolean>> wanted = new ConcurrentHashMap<>();

    private final AtomicBoolean looking = new AtomicBoolean();
    private final AtomicBoolean lookAgain = new AtomicBoolean();
    private final ScheduledFuture<?> timer;

    public Listings(DatabaseWork mysql, ScheduledExecutorService scheduler, BroadcastConfig config) {
        this.mysql = mysql;
        this.scheduler = scheduler;
        polls = new LongPolls(scheduler);
        held = new HeldLists(config.listsBytesMax().bytes());
        reader = new ListingReader(config, held);
        timer = scheduler.scheduleWithFixedDelay(this::look, 0, POLL_MS, TimeUnit.MILLISECONDS);
    }

    /** Fails where an app is not known yet and the store does not answer. */
    public CompletableFuture<BroadcastsResponse> broadcasts(BroadcastsRequest request) {
        List<CompletableFuture<Boolean>> missing = new ArrayList<>();
        for (BroadcastsOfApp app : request.getAppsList()) {
            if (held.of(app.getApp()) == null) {
                CompletableFuture<Boolean> read = want(app.getApp());
                if (read == null) {
                    return CompletableFuture.failedFuture(
                            new RpcException(RpcStatus.OVERLOADED, "too many apps are asked for"));
                }
                missing.add(read);
            }
        }
        if (missing.isEmpty()) {
            return answerOrWait(request);
        }
        look();
        return CompletableFuture.allOf(missing.toArray(CompletableFuture[]::new))
                .thenCompose(read -> answerOrWait(request));
    }

    private @Nullable CompletableFuture<Boolean> want(String app) {
        CompletableFuture<Boolean> there = wanted.get(app);
        if (there != null) {
            return there;
        }
        return wanted.size() >= WANTED_MAX ? null : wanted.computeIfAbsent(app, name -> new CompletableFuture<>());
    }

    private CompletableFuture<BroadcastsResponse> answerOrWait(BroadcastsRequest request) {
        BroadcastsResponse now = answer(request);
        long waitMs = Math.clamp(request.getWaitMs(), 0, WAIT_MS_MAX);
        if (now.getListingsCount() > 0 || waitMs == 0 || polls.isFull()) {
            return CompletableFuture.completedFuture(now);
        }
        return polls.await(waitMs, () -> newer(request)).thenApply(any -> answer(request));
    }

    private boolean newer(BroadcastsRequest request) {
        for (BroadcastsOfApp app : request.getAppsList()) {
            BroadcastListing listing = held.of(app.getApp());
            if (listing != null && newer(listing, app)) {
                return true;
            }
        }
        return false;
    }

    private static boolean newer(BroadcastListing listing, BroadcastsOfApp known) {
        return Long.compareUnsigned(listing.getVersion(), known.getVersion()) > 0;
    }

    private BroadcastsResponse answer(BroadcastsRequest request) {
        BroadcastsResponse.Builder response = BroadcastsResponse.newBuilder();
        long bytes = 0;
        for (BroadcastsOfApp app : request.getAppsList()) {
            BroadcastListing listing = held.of(app.getApp());
            if (listing == null || !newer(listing, app)) {
                continue;
            }
            bytes += listing.getSerializedSize();
            if (bytes > ANSWER_BYTES_MAX && response.getListingsCount() > 0) {
                break;
            }
            response.addListings(listing);
        }
        return response.build();
    }

    /** Looks at the store now; or, where a look is under way, once more behind it. */
    public void look() {
        if (!looking.compareAndSet(false, true)) {
            lookAgain.set(true);
            return;
        }
        lookAgain.set(false);
        Set<String> missing = Set.copyOf(wanted.keySet());
        mysql.submit(connection -> reader.read(connection, missing)).whenComplete((changed, failure) -> {
            if (failure == null) {
                changed.forEach(held::keep);
            } else {
                log.debug("broadcasts not read", failure);
            }
            missing.forEach(app -> settle(app, failure));
            looking.set(false);
            if (failure == null && !changed.isEmpty()) {
                polls.wake();
            }
            if (lookAgain.get()) {
                look();
            }
        });
    }

    private void settle(String app, @Nullable Throwable failure) {
        CompletableFuture<Boolean> read = wanted.remove(app);
        if (read == null) {
            return;
        }
        // Off this thread: what hangs on it encodes answers.
        scheduler.execute(() -> {
            if (failure == null) {
                read.complete(true);
            } else {
                read.completeExceptionally(failure);
            }
        });
    }

    /** Lists read from the store since the start. */
    public long reads() {
        return reader.reads();
    }

    /** Bytes of lists in memory. */
    public long bytes() {
        return held.bytes();
    }

    @Override
    public void close() {
        timer.cancel(false);
        polls.close();
    }
}

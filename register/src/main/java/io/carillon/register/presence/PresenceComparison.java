package io.carillon.register.presence;

import io.carillon.contract.PresenceReportedRequest;
import io.carillon.contract.PresenceReportedResponse;
import io.carillon.contract.PresenceRow;
import io.carillon.register.session.BucketSet;
import io.carillon.register.session.Presence;
import io.carillon.register.session.Roster;
import io.carillon.register.session.Sessions;
import io.carillon.runtime.bucket.Buckets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares who was last reported online with who has a session, in each bucket that became whole: what happened while
 * nobody knew all of the bucket, or to a register that is no more, is found here. The differences go the tracker's way, so
 * one that is gone has the grace to come back.
 *
 * <p>Bounds: {@link #TURN_BUCKETS_MAX} buckets in a turn, one turn at a time; one page of rows in memory, which is compared
 * before the next is read. A turn that fails is taken again. Thread-safe: guarded by {@code this}, but for the comparing
 * itself, which runs on the worker.
 */
public final class PresenceComparison {
    static final int TURN_BUCKETS_MAX = 64;
    static final int PAGE_MAX = 5000;

    private static final Logger log = LoggerFactory.getLogger(PresenceComparison.class);

    private final Roster roster;
    private final Sessions sessions;
    private final PresenceTracker tracker;
    private final PresenceStore store;
    private final Executor worker;
    private final int pageMax;

    // Guarded by this.
    private final BucketSet open = BucketSet.none();
    private boolean busy;

    /** @param worker a thread for walks over buckets */
    public PresenceComparison(
            Roster roster, Sessions sessions, PresenceTracker tracker, PresenceStore store, Executor worker) {
        this(roster, sessions, tracker, store, worker, PAGE_MAX);
    }

    /** @param pageMax rows in memory */
    PresenceComparison(
            Roster roster,
            Sessions sessions,
            PresenceTracker tracker,
            PresenceStore store,
            Executor worker,
            int pageMax) {
        this.roster = roster;
        this.sessions = sessions;
        this.tracker = tracker;
        this.store = store;
        this.worker = worker;
        this.pageMax = pageMax;
    }

    /** Another app wants presence. */
    public synchronized void compareAll() {
        open.addAll();
    }

    /** Begins a turn where there is something to compare; to be called a few times a second. */
    public void tick() {
        List<Integer> turn = nextTurn();
        if (!turn.isEmpty()) {
            read(
                    turn,
                    PresenceReportedRequest.newBuilder()
                            .addAllBuckets(turn)
                            .setLimit(pageMax)
                            .build());
        }
    }

    private synchronized List<Integer> nextTurn() {
        open.addAll(roster.takeLost());
        open.addAll(tracker.takeOverflowed());
        List<Integer> turn = new ArrayList<>();
        if (busy || !tracker.wantsAny()) {
            return turn;
        }
        for (int bucket = 0; bucket < Buckets.COUNT && turn.size() < TURN_BUCKETS_MAX; bucket++) {
            if (open.has(bucket) && roster.whole(bucket)) {
                // Before it is read: what is lost from now on is compared once more.
                open.remove(bucket);
                turn.add(bucket);
            }
        }
        busy = !turn.isEmpty();
        return turn;
    }

    private void read(List<Integer> turn, PresenceReportedRequest request) {
        store.reported(request).whenComplete((page, failure) -> {
            if (page == null) {
                onFailed(turn, failure);
                return;
            }
            try {
                worker.execute(() -> compare(turn, request, page));
            } catch (RejectedExecutionException stopping) {
                onFailed(turn, stopping);
            }
        });
    }

    private void compare(List<Integer> turn, PresenceReportedRequest request, PresenceReportedResponse page) {
        boolean more = page.getMore() && page.getRowsCount() > 0;
        PresenceReportedRequest next = more ? after(request, page) : request;
        boolean told = false;
        try {
            tell(turn, request, page, more ? next : null);
            told = true;
        } finally {
            if (!told) {
                onFailed(turn, null);
            }
        }
        if (more) {
            read(turn, next);
            return;
        }
        synchronized (this) {
            busy = false;
        }
        tick();
    }

    private static PresenceReportedRequest after(PresenceReportedRequest request, PresenceReportedResponse page) {
        PresenceRow last = page.getRows(page.getRowsCount() - 1);
        return request.toBuilder()
                .setAfterBucket(Buckets.of(last.getApp(), last.getUser()))
                .setAfterApp(last.getApp())
                .setAfterUser(last.getUser())
                .build();
    }

    /**
     * A page speaks for the users behind its beginning and up to its end, in saver's order: who of them has a session and is
     * not in it is not reported.
     *
     * @param end where the next page begins; null: this is the last
     */
    private void tell(
            List<Integer> turn,
            PresenceReportedRequest begin,
            PresenceReportedResponse page,
            @Nullable PresenceReportedRequest end) {
        Set<PresenceKey> reported = new HashSet<>();
        for (PresenceRow row : page.getRowsList()) {
            if (tracker.wants(row.getApp())) {
                reported.add(new PresenceKey(row.getApp(), row.getUser()));
                if (!(sessions.lookup(row.getApp(), row.getUser()) instanceof Presence.Online)) {
                    tracker.onMissing(row.getApp(), row.getUser(), row.getVersion());
                }
            }
        }
        for (int bucket : turn) {
            if (bucket < begin.getAfterBucket() || (end != null && bucket > end.getAfterBucket())) {
                continue;
            }
            boolean first = bucket == begin.getAfterBucket();
            boolean last = end != null && bucket == end.getAfterBucket();
            sessions.tellOnline(
                    bucket,
                    (app, user) -> (first && !isBehind(app, user, begin))
                            || (last && end != null && isBehind(app, user, end))
                            || reported.contains(new PresenceKey(app, user)));
        }
    }

    /** In the order of the stored bytes. At the beginning of a bucket everybody is behind. */
    private static boolean isBehind(String app, String user, PresenceReportedRequest place) {
        int order = compare(app, place.getAfterApp());
        return order > 0 || (order == 0 && compare(user, place.getAfterUser()) > 0);
    }

    private static int compare(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private synchronized void onFailed(List<Integer> turn, @Nullable Throwable failure) {
        log.debug("presence not compared, it is tried again", failure);
        turn.forEach(open::add);
        busy = false;
    }
}

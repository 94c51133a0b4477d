package io.carillon.room.broadcast;

import io.carillon.contract.BroadcastListing;
import io.carillon.contract.BroadcastsOfApp;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import io.carillon.room.loop.Loop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows saver's lists of the apps that have bindings here: a question at once for each app that is new, then one long
 * poll over all of them. A new app makes a new poll; the one before runs out, and its answer is as good. Confined to the
 * desk.
 */
final class ListPoll {
    private static final Logger log = LoggerFactory.getLogger(ListPoll.class);
    private static final long GATHER_NS = TimeUnit.MILLISECONDS.toNanos(10);
    /** Between answers that bring nothing, lest an impatient saver is asked in a circle. */
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int POLLS_MAX = 4;

    private final Loop loop;
    private final BroadcastLimits limits;
    private final BroadcastStore store;
    private final Lists lists;
    private final Consumer<BroadcastListing> onListing;
    private boolean asking;
    private long generation;
    private int polls;
    private boolean stopped;

    ListPoll(
            Loop loop,
            BroadcastLimits limits,
            BroadcastStore store,
            Lists lists,
            Consumer<BroadcastListing> onListing) {
        this.loop = loop;
        this.limits = limits;
        this.store = store;
        this.lists = lists;
        this.onListing = onListing;
    }

    void stop() {
        stopped = true;
    }

    /** An app has bindings here, and perhaps its list is not known. */
    void followed() {
        if (!asking) {
            asking = true;
            loop.after(polls < POLLS_MAX ? GATHER_NS : limits.countInterval().toNanos(), this::askFirst);
        }
    }

    /** Has every list that lacks something asked for from the beginning. */
    void askAgain() {
        boolean any = false;
        for (Shelf shelf : lists.shelves()) {
            if (shelf.hasHeldBack()) {
                shelf.version = 0;
                any = true;
            }
        }
        if (any && polls < POLLS_MAX) {
            poll(++generation);
        }
    }

    private void askFirst() {
        asking = false;
        List<String> apps = lists.shelves().stream()
                .filter(shelf -> !shelf.known && !shelf.followers.isEmpty())
                .map(shelf -> shelf.app)
                .toList();
        if (stopped) {
            return;
        }
        if (apps.isEmpty()) {
            poll(++generation);
            return;
        }
        asking = true;
        BroadcastsRequest.Builder request = BroadcastsRequest.newBuilder();
        apps.forEach(app -> request.addApps(BroadcastsOfApp.newBuilder().setApp(app)));
        store.lists(request.build(), limits.callTimeout())
                .whenComplete((answer, failure) -> loop.execute(() -> onFirst(apps, answer, failure)));
    }

    private void onFirst(List<String> apps, @Nullable BroadcastsResponse answer, @Nullable Throwable failure) {
        if (answer == null) {
            log.debug("lists of broadcasts not answered apps={} cause={}", apps.size(), String.valueOf(failure));
            loop.after(limits.countInterval().toNanos(), this::askFirst);
            return;
        }
        asking = false;
        answer.getListingsList().forEach(onListing);
        if (answer.getListingsCount() == 0) {
            // Not so where some came: what did not fit into the answer is asked for again.
            apps.forEach(lists::knownEmpty);
        }
        followed();
    }

    private void poll(long mine) {
        BroadcastsRequest.Builder request =
                BroadcastsRequest.newBuilder().setWaitMs(limits.pollWait().toMillis());
        for (Shelf shelf : lists.shelves()) {
            if (shelf.known && !shelf.followers.isEmpty()) {
                request.addApps(BroadcastsOfApp.newBuilder().setApp(shelf.app).setVersion(shelf.version));
            }
        }
        if (stopped || mine != generation || request.getAppsCount() == 0) {
            return;
        }
        polls++;
        Duration timeout = limits.pollWait().plus(limits.callTimeout());
        store.lists(request.build(), timeout)
                .whenComplete((answer, failure) -> loop.execute(() -> onAnswer(mine, answer)));
    }

    private void onAnswer(long mine, @Nullable BroadcastsResponse answer) {
        polls--;
        if (answer == null) {
            loop.after(limits.countInterval().toNanos(), () -> poll(mine));
            return;
        }
        answer.getListingsList().forEach(onListing);
        if (answer.getListingsCount() > 0) {
            poll(mine);
        } else {
            loop.after(QUIET_NS, () -> poll(mine));
        }
    }
}

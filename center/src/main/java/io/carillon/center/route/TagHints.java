package io.carillon.center.route;

import io.carillon.contract.DeliverEntry;
import io.carillon.contract.UserKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Has the room of a user load its tags after they were changed.
 *
 * <p>Where it is not known whether a session was reached, the hint is given again after 1, 5 and 30 seconds; at most
 * 10,000 wait for that, more are not repeated. What is never reached reads the tags with its next load. Thread-safe.
 */
public final class TagHints {
    private static final long[] AGAIN_MS = {1_000, 5_000, 30_000};
    private static final int WAITING_MAX = 10_000;

    private final Router router;
    private final Semaphore waiting = new Semaphore(WAITING_MAX);

    public TagHints(Router router) {
        this.router = router;
    }

    /** @param tagsVersion of the app's tags behind the change; 0: the app never had any, and nothing is to be said */
    public void hint(UserKey user, long tagsVersion) {
        if (tagsVersion != 0) {
            DeliverEntry entry = DeliverEntry.newBuilder()
                    .setApp(user.getApp())
                    .setUser(user.getUser())
                    .setHint(true)
                    .setTagsVersion(tagsVersion)
                    .build();
            hint(entry, 0);
        }
    }

    private void hint(DeliverEntry entry, int attempt) {
        router.route(List.of(entry)).fates().thenAccept(fates -> {
            if (attempt < AGAIN_MS.length && isOpen(fates.getFirst()) && waiting.tryAcquire()) {
                Executor later = CompletableFuture.delayedExecutor(AGAIN_MS[attempt], TimeUnit.MILLISECONDS);
                later.execute(() -> {
                    waiting.release();
                    hint(entry, attempt + 1);
                });
            }
        });
    }

    private static boolean isOpen(RouteFate fate) {
        return switch (fate) {
            case WRITTEN, HINTED, OFFLINE -> false;
            case DROPPED, PRESENCE_UNKNOWN, NO_SESSION, ROOM_UNREACHABLE -> true;
        };
    }
}

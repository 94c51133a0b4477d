package io.carillon.saver.broadcast;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.carillon.contract.BroadcastListing;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lists in memory.
 *
 * <p>Bound: `broadcast.lists-bytes-max`; beyond it, and ten minutes after the last question, a list is dropped, and read
 * again when it is asked for. Thread-safe.
 */
final class HeldLists {
    private static final Duration IDLE_MAX = Duration.ofMinutes(10);
    /** Of a list's entry here, without what it lists. */
    private static final int OVERHEAD_BYTES = 256;

    private final Cache<String, BroadcastListing> byApp;

    HeldLists(long bytesMax) {
        byApp = Caffeine.newBuilder()
                .maximumWeight(bytesMax)
                .weigher((String app, BroadcastListing listing) -> OVERHEAD_BYTES + listing.getSerializedSize())
                .expireAfterAccess(IDLE_MAX)
                .build();
    }

    @Nullable
    BroadcastListing of(String app) {
        return byApp.getIfPresent(app);
    }

    /** Unasked: keeps nothing alive. */
    @Nullable
    BroadcastListing peek(String app) {
        return byApp.policy().getIfPresentQuietly(app);
    }

    Set<String> apps() {
        return byApp.asMap().keySet();
    }

    void keep(String app, BroadcastListing listing) {
        byApp.put(app, listing);
    }

    long bytes() {
        return byApp.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }
}

package io.carillon.saver.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Which buckets have something to be done, before each of them is asked through the script: one plain command for eight of
 * them costs Redis little, and most have nothing most of the time. Thread-safe.
 */
public final class BucketProbe {
    private static final int GROUP_BUCKETS = 8;

    private final RedisLink link;
    private final String suffix;

    private BucketProbe(RedisLink link, String suffix) {
        this.link = link;
        this.suffix = suffix;
    }

    /** For mailboxes to be looked at. */
    public static BucketProbe due(RedisLink link) {
        return new BucketProbe(link, "z");
    }

    /** For fates that are not settled. */
    public static BucketProbe fates(RedisLink link) {
        return new BucketProbe(link, "f");
    }

    /**
     * Of these, the groups in which at least one has something, and those of which Redis does not say it: then the script's
     * answer shows why. Blocks until Redis has answered, or not within its time-out. Never fails.
     */
    public List<Integer> some(List<Integer> buckets) {
        List<List<Integer>> groups = new ArrayList<>();
        for (int from = 0; from < buckets.size(); from += GROUP_BUCKETS) {
            groups.add(buckets.subList(from, Math.min(buckets.size(), from + GROUP_BUCKETS)));
        }
        List<CompletableFuture<Long>> counts = groups.stream()
                .map(group -> link.existing(group, suffix).toCompletableFuture().exceptionally(unknown -> 1L))
                .toList();
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            if (counts.get(i).join() > 0) {
                found.addAll(groups.get(i));
            }
        }
        return found;
    }
}

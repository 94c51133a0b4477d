package io.carillon.saver.label;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.carillon.contract.LoadEntry;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResult;
import io.carillon.saver.mysql.DatabaseWork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The tags that go with loads.
 *
 * <p>A user of an app without tags costs a look into a map. The tags of others come from memory as long as the app's
 * version is the one that they were read with, else from MySQL, those of a whole request in one query. A room that was
 * told of a change names its version, and gets nothing older, whatever this saver has heard of it.
 *
 * <p>Bounds: 100,000 users in memory, fewer where they have many tags, the least used go; 64 queries under way, and a
 * quarter of a second for each: beyond either the tags are not known, and the load goes on without. Thread-safe; never
 * blocks.
 */
public final class LoadTags {
    private static final int QUERIES_MAX = 64;
    private static final int USER_WEIGHT = 4;
    private static final long WEIGHT_MAX = 100_000L * USER_WEIGHT;

    /** Of each entry, in their order. */
    public interface Found {
        void addTo(int entry, LoadResult.Builder result);
    }

    private record Cached(long version, List<String> tags) {}

    private static final Found NO_TAGS = (entry, result) -> result.setTagsKnown(true);

    private final DatabaseWork mysql;
    private final TagVersions versions;
    private final long waitMs;
    private final Cache<UserRef, Cached> cache = Caffeine.newBuilder()
            .maximumWeight(WEIGHT_MAX)
            .weigher(
                    (UserRef user, Cached cached) -> USER_WEIGHT + cached.tags().size())
            .build();
    private final Semaphore queries = new Semaphore(QUERIES_MAX);
    private final LongAdder unknown = new LongAdder();

    /** @param waitMs for what is not in memory; then a load goes without */
    LoadTags(DatabaseWork mysql, TagVersions versions, long waitMs) {
        this.mysql = mysql;
        this.versions = versions;
        this.waitMs = waitMs;
    }

    /** Users since the start whose tags a load went without. */
    public long unknown() {
        return unknown.sum();
    }

    /** Never fails, and is done within a quarter of a second. */
    public CompletableFuture<Found> of(LoadRequest request) {
        if (withoutTags(request)) {
            return CompletableFuture.completedFuture(NO_TAGS);
        }
        int size = request.getEntriesCount();
        List<@Nullable List<String>> found = new ArrayList<>(Collections.nCopies(size, null));
        Set<UserRef> missing = new LinkedHashSet<>();
        for (int i = 0; i < size; i++) {
            LoadEntry entry = request.getEntries(i);
            List<String> tags = inMemory(entry);
            found.set(i, tags);
            if (tags == null) {
                missing.add(new UserRef(entry.getApp(), entry.getUser()));
            }
        }
        if (missing.isEmpty()) {
            return CompletableFuture.completedFuture(answer(found));
        }
        return ask(missing).thenApply(read -> {
            for (int i = 0; i < size; i++) {
                if (found.get(i) == null) {
                    LoadEntry entry = request.getEntries(i);
                    found.set(i, read.get(new UserRef(entry.getApp(), entry.getUser())));
                }
            }
            return answer(found);
        });
    }

    private boolean withoutTags(LoadRequest request) {
        for (LoadEntry entry : request.getEntriesList()) {
            AppTags tags = versions.of(entry.getApp());
            if (tags == null || tags.rows() > 0 || tags.version() < entry.getTagsVersion()) {
                return false;
            }
        }
        return true;
    }

    private @Nullable List<String> inMemory(LoadEntry entry) {
        AppTags app = versions.of(entry.getApp());
        if (app == null || app.version() < entry.getTagsVersion()) {
            return null;
        }
        if (app.rows() == 0) {
            return List.of();
        }
        Cached cached = cache.getIfPresent(new UserRef(entry.getApp(), entry.getUser()));
        return cached == null || cached.version() < app.version() ? null : cached.tags();
    }

    private Found answer(List<@Nullable List<String>> found) {
        return (entry, result) -> {
            List<String> tags = found.get(entry);
            if (tags == null) {
                unknown.increment();
            } else {
                result.setTagsKnown(true).addAllTags(tags);
            }
        };
    }

    private CompletableFuture<Map<UserRef, List<String>>> ask(Set<UserRef> users) {
        if (!queries.tryAcquire()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        CompletableFuture<Map<UserRef, List<String>>> read = mysql.submit(
                        connection -> LabelTable.tags(connection, users))
                .whenComplete((any, failure) -> queries.release())
                .thenApply(this::keep);
        // What comes too late for this load is in memory for the next.
        return read.copy()
                .completeOnTimeout(Map.of(), waitMs, TimeUnit.MILLISECONDS)
                .exceptionally(failure -> Map.of());
    }

    private Map<UserRef, List<String>> keep(LabelTable.Read read) {
        read.apps().forEach(versions::adopt);
        read.tags().forEach((user, tags) -> {
            AppTags app = read.apps().getOrDefault(user.app(), AppTags.NONE);
            cache.asMap()
                    .merge(
                            user,
                            new Cached(app.version(), List.copyOf(tags)),
                            (one, other) -> one.version() > other.version() ? one : other);
        });
        return read.tags();
    }
}

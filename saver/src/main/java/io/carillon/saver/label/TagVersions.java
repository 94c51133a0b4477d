package io.carillon.saver.label;

import io.carillon.saver.mysql.DatabaseWork;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the tags of each app are, in memory: looked at every quarter of a second, all apps in one query. While MySQL is
 * away the last word stands. One row for each app that ever had a label. Thread-safe; never blocks.
 */
final class TagVersions implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TagVersions.class);
    private static final long POLL_MS = 250;

    private final DatabaseWork mysql;
    private final Map<String, AppTags> apps = new ConcurrentHashMap<>();
    private final AtomicBoolean polling = new AtomicBoolean();
    private final ScheduledFuture<?> timer;
    /** MySQL has answered at least once: an app that is not here had no labels a moment ago. */
    private volatile boolean known;

    TagVersions(DatabaseWork mysql, ScheduledExecutorService scheduler) {
        this.mysql = mysql;
        timer = scheduler.scheduleWithFixedDelay(this::poll, 0, POLL_MS, TimeUnit.MILLISECONDS);
    }

    /** Null where nothing is known yet. */
    @Nullable
    AppTags of(String app) {
        AppTags tags = apps.get(app);
        return tags == null && known ? AppTags.NONE : tags;
    }

    /** Takes what was read; what is newer already stays. */
    void adopt(String app, AppTags tags) {
        apps.merge(app, tags, AppTags::newer);
    }

    private void poll() {
        if (!polling.compareAndSet(false, true)) {
            return;
        }
        mysql.submit(LabelTable::apps).whenComplete((read, failure) -> {
            polling.set(false);
            if (failure == null) {
                read.forEach(this::adopt);
                known = true;
            } else {
                log.debug("versions of tags not read", failure);
            }
        });
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}

package io.carillon.runtime.settings;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.App;
import io.carillon.contract.SettingsRequest;
import io.carillon.contract.SettingsResponse;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.peers.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The apps with their keys and settings: rows behind saver with one growing version, followed by long poll. The last
 * version is kept on disk, so that a process starts and serves while saver is away. Thread-safe.
 */
public final class AppSettings implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AppSettings.class);
    private static final Duration POLL_WAIT = Duration.ofSeconds(20);
    private static final long PAUSE_AFTER_FAILURE_MS = 500;

    private final Path file;
    private final Peers savers;
    private final ScheduledExecutorService scheduler;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Snapshot snapshot = new Snapshot(0, Map.of());
    private volatile boolean answered;
    private volatile boolean closed;

    private record Snapshot(long version, Map<String, App> apps) {}

    public AppSettings(Path dataDirectory, Peers savers, ScheduledExecutorService scheduler) {
        this.file = dataDirectory.resolve("settings.pb");
        this.savers = savers;
        this.scheduler = scheduler;
    }

    /** Reads what is on disk and begins to follow. */
    public void start() {
        if (Files.exists(file)) {
            try {
                adopt(SettingsResponse.parseFrom(Files.readAllBytes(file)), false);
            } catch (InvalidProtocolBufferException e) {
                log.warn("settings on disk are damaged, waiting for saver: {}", e.toString());
            } catch (IOException e) {
                log.warn("settings on disk can't be read, waiting for saver: {}", e.toString());
            }
        }
        poll();
    }

    /** An app, null where there is none of that id. */
    public @Nullable App app(String id) {
        return snapshot.apps.get(id);
    }

    public Collection<App> apps() {
        return snapshot.apps.values();
    }

    /** Grows with each change; 0 while nothing is known. */
    public long version() {
        return snapshot.version;
    }

    /** True once saver has answered, or a version was found on disk. */
    public boolean known() {
        return answered || snapshot.version > 0;
    }

    /** Runs {@code onChange} after each change, one at a time, on a thread that must not be blocked. */
    public void listen(Runnable onChange) {
        listeners.add(onChange);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void poll() {
        if (closed) {
            return;
        }
        SettingsRequest request = SettingsRequest.newBuilder()
                .setKnownVersion(snapshot.version)
                .setWaitMs(POLL_WAIT.toMillis())
                .build();
        savers.callAny(SaverMethods.SETTINGS, request, POLL_WAIT.plusSeconds(5)).whenComplete((answer, failure) -> {
            if (closed) {
                return;
            }
            answered |= failure == null;
            // A shrunken version is believed as well: the stores were set up anew.
            if (failure == null && answer.getChanged() && answer.getVersion() != snapshot.version) {
                scheduler.execute(() -> {
                    adopt(answer, true);
                    poll();
                });
            } else {
                long pauseMs = failure == null ? 0 : PAUSE_AFTER_FAILURE_MS;
                scheduler.schedule(this::poll, pauseMs, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void adopt(SettingsResponse answer, boolean keep) {
        Map<String, App> apps =
                answer.getAppsList().stream().collect(Collectors.toUnmodifiableMap(App::getId, Function.identity()));
        snapshot = new Snapshot(answer.getVersion(), apps);
        log.info("settings version={} apps={}", answer.getVersion(), apps.size());
        if (keep) {
            write(answer);
        }
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                log.error("a follower of the settings failed", e);
            }
        }
    }

    private void write(SettingsResponse answer) {
        try {
            Path next = file.resolveSibling("settings.pb.next");
            Files.write(next, answer.toByteArray());
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.warn("settings can't be kept on disk: {}", e.toString());
        }
    }
}

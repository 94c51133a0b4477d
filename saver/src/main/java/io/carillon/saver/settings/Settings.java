package io.carillon.saver.settings;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.App;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.AppPutResponse;
import io.carillon.contract.AppPutStatus;
import io.carillon.contract.SettingsRequest;
import io.carillon.contract.SettingsResponse;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.saver.mysql.DatabaseWork;
import io.carillon.saver.poll.LongPolls;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The apps, kept in MySQL under one version that every change raises. A copy is held here and looked at for a newer
 * version every quarter of a second, so a change made by another saver reaches who waits within that.
 *
 * <p>Bound: that of {@link LongPolls}. Thread-safe; never blocks.
 */
public final class Settings implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Settings.class);
    private static final long POLL_MS = 250;
    private static final long WAIT_MS_MAX = 30_000;

    private final DatabaseWork mysql;
    private final LongPolls polls;
    private final AtomicBoolean polling = new AtomicBoolean();
    private final ScheduledFuture<?> timer;
    /** Null until MySQL answered for the first time. */
    private volatile @Nullable SettingsResponse current;

    private volatile Set<String> receiptApps = Set.of();
    private volatile Map<String, Set<String>> presenceTags = Map.of();

    public Settings(DatabaseWork mysql, ScheduledExecutorService scheduler) {
        this.mysql = mysql;
        polls = new LongPolls(scheduler);
        timer = scheduler.scheduleWithFixedDelay(this::poll, 0, POLL_MS, TimeUnit.MILLISECONDS);
    }

    /** Whether the app wants to be told what becomes of its messages. */
    public boolean wantsReceipts(String app) {
        return receiptApps.contains(app);
    }

    /** The apps that want presence, each with the tags of the users it is of; none: of all. */
    public Map<String, Set<String>> presenceTags() {
        return presenceTags;
    }

    public boolean known() {
        return current != null;
    }

    /** As this saver last saw it; null: there is none of this id, or nothing is known yet. */
    public @Nullable App app(String id) {
        SettingsResponse now = current;
        if (now == null) {
            return null;
        }
        for (App app : now.getAppsList()) {
            if (app.getId().equals(id)) {
                return app;
            }
        }
        return null;
    }

    /**
     * Answers at once where something newer than the known version is here, else when there is, or at the wait's end. Whoever
     * knows something newer than what is held here, from another saver, is told what MySQL has: with what was before he would
     * forget an app that was just made.
     */
    public CompletableFuture<SettingsResponse> settings(SettingsRequest request) {
        if (request.getNewest() || isBehind(request)) {
            return readNewest().thenApply(newest -> answer(request, newest));
        }
        long waitMs = request.getKnownVersion() == 0 ? 0 : Math.clamp(request.getWaitMs(), 0, WAIT_MS_MAX);
        SettingsResponse now = current;
        if ((now != null && now.getVersion() != request.getKnownVersion()) || waitMs == 0 || polls.isFull()) {
            return now == null ? readNewest() : CompletableFuture.completedFuture(answer(request, now));
        }
        return polls.await(waitMs, () -> isNews(request)).thenApply(any -> {
            SettingsResponse then = current;
            if (then == null) {
                throw new RpcException(RpcStatus.FAILED, "the settings are not known yet");
            }
            return answer(request, then);
        });
    }

    private boolean isBehind(SettingsRequest request) {
        SettingsResponse now = current;
        return now != null && Long.compareUnsigned(now.getVersion(), request.getKnownVersion()) < 0;
    }

    private boolean isNews(SettingsRequest request) {
        SettingsResponse now = current;
        return now != null && now.getVersion() != request.getKnownVersion();
    }

    /** What MySQL has; the apps are read only where the version is another than the one held here. */
    private CompletableFuture<SettingsResponse> readNewest() {
        SettingsResponse known = current;
        return mysql.submit(connection -> known != null && readVersion(connection, false) == known.getVersion()
                        ? known
                        : readAll(connection))
                .thenApply(read -> {
                    adopt(read);
                    return read;
                });
    }

    private static SettingsResponse answer(SettingsRequest request, SettingsResponse now) {
        return now.getVersion() == request.getKnownVersion()
                ? SettingsResponse.newBuilder().setVersion(now.getVersion()).build()
                : now;
    }

    private void poll() {
        if (!polling.compareAndSet(false, true)) {
            return;
        }
        readNewest().whenComplete((read, failure) -> {
            polling.set(false);
            if (failure != null) {
                log.debug("settings not read", failure);
            }
        });
    }

    private synchronized void adopt(SettingsResponse read) {
        SettingsResponse known = current;
        if (known != null && Long.compareUnsigned(read.getVersion(), known.getVersion()) <= 0) {
            return;
        }
        receiptApps = read.getAppsList().stream()
                .filter(app -> !app.getWebhooks().getReceiptsUrl().isEmpty())
                .map(App::getId)
                .collect(Collectors.toUnmodifiableSet());
        presenceTags = read.getAppsList().stream()
                .filter(app -> !app.getWebhooks().getPresenceUrl().isEmpty())
                .collect(Collectors.toUnmodifiableMap(
                        App::getId, app -> Set.copyOf(app.getWebhooks().getPresenceTagsAnyList())));
        current = read;
        log.info("settings version={} apps={}", read.getVersion(), read.getAppsCount());
        polls.wake();
    }

    public CompletableFuture<AppPutResponse> put(AppPutRequest request) {
        if (request.getApp().getId().isEmpty()
                || request.getApp().getId().getBytes(StandardCharsets.UTF_8).length > 64) {
            return CompletableFuture.failedFuture(new RpcException(
                    RpcStatus.MALFORMED, "app id: " + request.getApp().getId() + " (expected: 1 to 64 bytes)"));
        }
        return mysql.submit(connection -> put(connection, request)).thenApply(response -> {
            poll();
            return response;
        });
    }

    private static AppPutResponse put(Connection connection, AppPutRequest request) throws SQLException {
        long version = readVersion(connection, true);
        AppPutResponse.Builder response = AppPutResponse.newBuilder().setVersion(version);
        if (request.getExpectedVersion() != 0 && request.getExpectedVersion() != version) {
            return response.setStatus(AppPutStatus.APP_PUT_STATUS_STALE).build();
        }
        if (request.getCreate() && exists(connection, request.getApp().getId())) {
            return response.setStatus(AppPutStatus.APP_PUT_STATUS_EXISTS).build();
        }
        try (PreparedStatement raise =
                connection.prepareStatement("UPDATE settings SET version = version + 1 WHERE only_row = 1")) {
            raise.executeUpdate();
        }
        try (PreparedStatement write = connection.prepareStatement("INSERT INTO app (id, version, body)"
                + " VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE version = VALUES(version), body = VALUES(body)")) {
            write.setBytes(1, request.getApp().getId().getBytes(StandardCharsets.UTF_8));
            write.setLong(2, version + 1);
            write.setBytes(3, request.getApp().toByteArray());
            write.executeUpdate();
        }
        return response.setStatus(AppPutStatus.APP_PUT_STATUS_SAVED)
                .setVersion(version + 1)
                .build();
    }

    private static boolean exists(Connection connection, String id) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement("SELECT 1 FROM app WHERE id = ?")) {
            read.setBytes(1, id.getBytes(StandardCharsets.UTF_8));
            try (ResultSet result = read.executeQuery()) {
                return result.next();
            }
        }
    }

    private static long readVersion(Connection connection, boolean lock) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                        "SELECT version FROM settings WHERE only_row = 1" + (lock ? " FOR UPDATE" : ""));
                ResultSet result = read.executeQuery()) {
            result.next();
            return result.getLong(1);
        }
    }

    /** The version is locked while the apps are read: both belong together. */
    private static SettingsResponse readAll(Connection connection) throws SQLException {
        long version = readVersion(connection, true);
        List<App> apps = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement("SELECT body, version FROM app ORDER BY id");
                ResultSet result = read.executeQuery()) {
            while (result.next()) {
                apps.add(App.parseFrom(result.getBytes(1)).toBuilder()
                        .setVersion(result.getLong(2))
                        .build());
            }
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("an app's row cannot be read", e);
        }
        return SettingsResponse.newBuilder()
                .setVersion(version)
                .setChanged(true)
                .addAllApps(apps)
                .build();
    }

    @Override
    public void close() {
        timer.cancel(false);
        polls.close();
    }
}

package io.carillon.center.app;

import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.App;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.AppPutStatus;
import io.carillon.contract.SettingsRequest;
import io.carillon.contract.SettingsResponse;
import io.carillon.runtime.contract.SaverMethods;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Reads and changes the apps' rows behind saver. A change is made to the newest row and refused by saver when the
 * settings moved meanwhile; then it is made again. Thread-safe.
 */
public final class AppRows {
    private static final int CHANGE_ATTEMPTS_MAX = 10;
    private static final long PAUSE_MS = 50;
    /** What one saver holds may be behind what another has just taken: a change starts from the store's own row. */
    private static final SettingsRequest NEWEST =
            SettingsRequest.newBuilder().setNewest(true).build();

    private final SaverClient savers;
    private final AppDirectory directory;

    /** @param directory learns at once what is read and changed here, before the long poll brings it */
    public AppRows(SaverClient savers, AppDirectory directory) {
        this.savers = savers;
        this.directory = directory;
    }

    /** All apps, by the newest version. */
    public CompletableFuture<List<App>> all() {
        return read().thenApply(SettingsResponse::getAppsList);
    }

    /** Creates the app; false where its id is taken. */
    public CompletableFuture<Boolean> create(App app) {
        AppPutRequest request =
                AppPutRequest.newBuilder().setApp(app).setCreate(true).build();
        return savers.ask(SaverMethods.APP_PUT, request).thenCompose(response -> switch (response.getStatus()) {
            case APP_PUT_STATUS_SAVED -> knownHere(true);
            case APP_PUT_STATUS_EXISTS -> CompletableFuture.completedFuture(false);
            case APP_PUT_STATUS_STALE, APP_PUT_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                CompletableFuture.failedFuture(new IllegalStateException("saver: " + response.getStatus()));
        });
    }

    /** Changes the app's row; empty where there is no such app. {@code change} may be called again on a newer row. */
    public CompletableFuture<Optional<App>> change(String id, UnaryOperator<App> change) {
        return change(id, change, CHANGE_ATTEMPTS_MAX);
    }

    private CompletableFuture<Optional<App>> change(String id, UnaryOperator<App> change, int attempts) {
        return read().thenCompose(settings -> {
            Optional<App> before = settings.getAppsList().stream()
                    .filter(app -> app.getId().equals(id))
                    .findFirst();
            if (before.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            App after = change.apply(before.get());
            AppPutRequest request = AppPutRequest.newBuilder()
                    .setApp(after)
                    .setExpectedVersion(settings.getVersion())
                    .build();
            return savers.ask(SaverMethods.APP_PUT, request).thenCompose(response -> {
                if (response.getStatus() == AppPutStatus.APP_PUT_STATUS_SAVED) {
                    return knownHere(Optional.of(after));
                }
                if (response.getStatus() == AppPutStatus.APP_PUT_STATUS_STALE && attempts > 1) {
                    return CompletableFuture.supplyAsync(() -> 0, pause())
                            .thenCompose(ignored -> change(id, change, attempts - 1));
                }
                return CompletableFuture.failedFuture(
                        new IllegalStateException("app " + id + ": saver answered " + response.getStatus()));
            });
        });
    }

    /** Gives the answer once the change is known here too: the caller may use what it made at once. */
    private <T> CompletableFuture<T> knownHere(T answer) {
        // The change stands also where it can't be read back just now; the long poll brings it.
        return read().handle((settings, failure) -> answer);
    }

    private static Executor pause() {
        return CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<SettingsResponse> read() {
        return savers.ask(SaverMethods.SETTINGS, NEWEST).thenApply(settings -> {
            directory.advance(settings.getVersion(), settings.getAppsList());
            return settings;
        });
    }
}

package io.carillon.coordinator;

import io.carillon.contract.App;
import io.carillon.coordinator.uplink.UplinkApps;
import io.carillon.runtime.settings.AppSettings;
import org.jspecify.annotations.Nullable;

/** The apps that this process follows. Thread-safe. */
final class SettingsApps implements UplinkApps {
    private final AppSettings settings;

    SettingsApps(AppSettings settings) {
        this.settings = settings;
    }

    @Override
    public boolean known() {
        return settings.known();
    }

    @Override
    public @Nullable App app(String id) {
        return settings.app(id);
    }
}

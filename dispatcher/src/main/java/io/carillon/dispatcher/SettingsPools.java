package io.carillon.dispatcher;

import io.carillon.contract.App;
import io.carillon.dispatcher.http.AppPools;
import io.carillon.runtime.settings.AppSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The apps as saver keeps them. An app that is disabled is none; one without pools is served by the default pool. */
final class SettingsPools implements AppPools {
    private static final List<String> DEFAULT = List.of("default");

    private final AppSettings settings;

    SettingsPools(AppSettings settings) {
        this.settings = settings;
    }

    @Override
    public @Nullable List<String> pools(String id) {
        App app = settings.app(id);
        if (app == null || app.getDisabled()) {
            return null;
        }
        return app.getPoolsCount() == 0 ? DEFAULT : app.getPoolsList();
    }

    @Override
    public boolean known() {
        return settings.known();
    }
}

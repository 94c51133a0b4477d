package io.carillon.deploy.command;

import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.http.CenterClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which app a command means, and with which key. */
final class AppOption {
    @Option(names = "--app", paramLabel = "A", description = "the app (default: the fleet's demo app)")
    private @Nullable String app;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description = "that app's key, or CARILLON_API_KEY; the fleet knows the demo app's")
    private @Nullable String apiKey = System.getenv("CARILLON_API_KEY");

    String app(FleetState state) {
        return app == null ? state.credentials().app() : app;
    }

    CenterClient center(FleetState state) throws FleetException {
        if (apiKey != null && !apiKey.isBlank()) {
            return Centers.withKey(state, apiKey);
        }
        if (!app(state).equals(state.credentials().app())) {
            throw new FleetException("the key of app " + app(state) + " is not known here; give it with --api-key KEY");
        }
        return Centers.ofApp(state);
    }
}

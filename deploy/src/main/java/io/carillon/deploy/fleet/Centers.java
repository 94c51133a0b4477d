package io.carillon.deploy.fleet;

import io.carillon.deploy.http.CenterClient;
import java.net.URI;

/** The HTTP API of a fleet. */
public final class Centers {
    private Centers() {}

    /** As the demonstration app. */
    public static CenterClient ofApp(FleetState state) {
        return withKey(state, state.credentials().apiKey());
    }

    /** With the admin key. */
    public static CenterClient ofAdmin(FleetState state) {
        return withKey(state, state.credentials().adminKey());
    }

    /** With the key of any app. */
    public static CenterClient withKey(FleetState state, String key) {
        return new CenterClient(
                state.ofRole("center")
                        .map(center -> URI.create("http://" + center.address("http")))
                        .toList(),
                key);
    }
}

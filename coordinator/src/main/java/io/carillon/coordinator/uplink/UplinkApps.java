package io.carillon.coordinator.uplink;

import io.carillon.contract.App;
import io.carillon.contract.UplinkEndpoint;
import org.jspecify.annotations.Nullable;

/** The apps, and which endpoint of one takes a forward type. Thread-safe. */
public interface UplinkApps {
    /** False until the settings were heard of for the first time. */
    boolean known();

    /** The app; null where there is none. */
    @Nullable
    App app(String id);

    /** The URL that takes the forward type: the endpoint that names it, else one that names none; null for neither. */
    static @Nullable String url(App app, String forwardType) {
        String any = null;
        for (UplinkEndpoint endpoint : app.getWebhooks().getUplinksList()) {
            if (endpoint.getForwardTypesList().contains(forwardType)) {
                return endpoint.getUrl();
            }
            if (any == null && endpoint.getForwardTypesCount() == 0) {
                any = endpoint.getUrl();
            }
        }
        return any;
    }
}

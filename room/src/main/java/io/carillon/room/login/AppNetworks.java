package io.carillon.room.login;

import io.carillon.contract.App;
import io.carillon.runtime.net.Networks;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks that apps let their clients log in from. Thread-safe.
 *
 * <p>The lists of an app are parsed once for each of its versions, and only of apps that have any, so that what is remembered is
 * bounded by the settings themselves.
 */
public final class AppNetworks {
    private static final Logger log = LoggerFactory.getLogger(AppNetworks.class);

    private final Map<String, Lists> byApp = new ConcurrentHashMap<>();

    private record Lists(App of, Networks allow, Networks deny) {
        static Lists of(App app) {
            try {
                return new Lists(
                        app,
                        Networks.parse("allow_networks", app.getAllowNetworksList()),
                        Networks.parse("deny_networks", app.getDenyNetworksList()));
            } catch (IllegalArgumentException e) {
                // Checked where it is set: a later release may allow more. Nobody is shut out for it.
                log.warn("app={} networks can't be read and count for nothing cause={}", app.getId(), e.getMessage());
                return new Lists(app, Networks.NONE, Networks.NONE);
            }
        }

        boolean admits(InetAddress address) {
            return !deny.contains(address) && (allow.isEmpty() || allow.contains(address));
        }
    }

    /** An address that is not known is let in only where no list asks for it. */
    // Another version of the settings is another object; to compare what is in it would cost more than to parse it
    // again.
    @SuppressWarnings("ReferenceEquality")
    public boolean admits(App app, @Nullable InetAddress address) {
        if (app.getAllowNetworksCount() == 0 && app.getDenyNetworksCount() == 0) {
            return true;
        }
        Lists lists = byApp.get(app.getId());
        if (lists == null || lists.of != app) {
            lists = Lists.of(app);
            byApp.put(app.getId(), lists);
        }
        return address != null && lists.admits(address);
    }
}

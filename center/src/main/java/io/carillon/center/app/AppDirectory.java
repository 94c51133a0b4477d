package io.carillon.center.app;

import com.google.protobuf.ByteString;
import io.carillon.contract.ApiKey;
import io.carillon.contract.App;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The apps as this center knows them, found by id or by the hash of an API key in one step. Thread-safe: readers see
 * one whole version.
 */
public final class AppDirectory {
    private volatile Version current = new Version(-1, Map.of(), Map.of());

    /** Takes what was read just now, unless a newer version is known already. */
    synchronized void advance(long version, Collection<App> apps) {
        if (version >= current.number) {
            replace(version, apps);
        }
    }

    /** Takes what the follower of the settings believes; a lower version too, for the stores may have been set up anew. */
    public synchronized void replace(long version, Collection<App> apps) {
        Map<String, App> byId = new HashMap<>();
        Map<ByteString, App> byKeyHash = new HashMap<>();
        for (App app : apps) {
            byId.put(app.getId(), app);
            for (ApiKey key : app.getApiKeysList()) {
                byKeyHash.put(key.getKeyHash(), app);
            }
        }
        current = new Version(version, Map.copyOf(byId), Map.copyOf(byKeyHash));
    }

    /** The app with this id; null where there is none. */
    public @Nullable App app(String id) {
        return current.byId.get(id);
    }

    /** Whether the app wants to be told what becomes of its messages. */
    public boolean wantsReceipts(String id) {
        App app = app(id);
        return app != null && !app.getWebhooks().getReceiptsUrl().isEmpty();
    }

    /**
     * The app that the API key belongs to; null where it belongs to none. The key is compared by its SHA-256, so what
     * the time of the look-up tells is about a hash that the asker can't choose.
     */
    public @Nullable App ofKey(String apiKey) {
        return current.byKeyHash.get(Credentials.hash(apiKey));
    }

    private record Version(long number, Map<String, App> byId, Map<ByteString, App> byKeyHash) {}
}

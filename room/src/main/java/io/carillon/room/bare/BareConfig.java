package io.carillon.room.bare;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.discovery.DiscoveryConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A room without the other services: for load tests. Off while no app is named. */
public record BareConfig(
        @Doc("the apps; with one or more the room runs alone: nothing is stored, sessions are told to nobody")
        List<BareApp> apps,

        @Doc("host:port of the RPC of whoever gets acks (as saver) and uplinks (as coordinator); empty: they end here")
        @Default("")
        String answersTo) {
    private static final int SECRET_BYTES_MIN = 32;

    public BareConfig {
        apps = List.copyOf(apps);
        long ids = apps.stream().map(BareApp::id).distinct().count();
        Check.that(ids == apps.size(), "apps", apps.size() + " apps with " + ids + " ids", "an id for each");
        Check.that(answersTo.isEmpty() || !apps.isEmpty(), "answers-to", answersTo, "bare.apps as well, or nothing");
        if (!answersTo.isEmpty()) {
            HostPort.parse(answersTo);
        }
    }

    /** An app whose tokens are signed with HS256. */
    public record BareApp(
            @Doc("the app's id, the tokens' aud") String id,

            @Doc("the tokens' kid") String keyId,

            @Doc("the secret that signs the tokens, 32 characters or more")
            String clientSecret) {
        public BareApp {
            Check.that(!id.isEmpty(), "id", "empty", "an app's id");
            Check.that(!keyId.isEmpty(), "key-id", "empty", "a key's id");
            Check.that(
                    clientSecret.length() >= SECRET_BYTES_MIN,
                    "client-secret",
                    clientSecret.length() + " characters",
                    "at least " + SECRET_BYTES_MIN);
        }
    }

    public boolean enabled() {
        return !apps.isEmpty();
    }

    /** Null where acks and uplinks end in the room. */
    public @Nullable HostPort answersAt() {
        return answersTo.isEmpty() ? null : HostPort.parse(answersTo);
    }

    /**
     * A bare room is not found by others, nor finds them.
     *
     * @throws IllegalArgumentException where it would
     */
    public void requireAlone(DiscoveryConfig discovery) {
        Check.that(
                !enabled()
                        || (discovery.zookeeper().isEmpty() && discovery.nodes().isEmpty()),
                "bare.apps",
                apps.size() + " beside node.discovery",
                "either a bare room or one that is discovered");
    }
}

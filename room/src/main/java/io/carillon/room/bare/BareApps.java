package io.carillon.room.bare;

import com.google.protobuf.ByteString;
import io.carillon.contract.App;
import io.carillon.contract.ClientKey;
import io.carillon.room.login.AppKeys;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The apps of the configuration. Immutable. */
final class BareApps implements AppKeys {
    private final Map<String, App> apps;

    BareApps(List<BareConfig.BareApp> apps) {
        this.apps =
                apps.stream().map(BareApps::app).collect(Collectors.toUnmodifiableMap(App::getId, Function.identity()));
    }

    private static App app(BareConfig.BareApp app) {
        return App.newBuilder()
                .setId(app.id())
                .addClientKeys(ClientKey.newBuilder()
                        .setId(app.keyId())
                        .setAlgorithm("HS256")
                        .setSecret(ByteString.copyFromUtf8(app.clientSecret())))
                .build();
    }

    @Override
    public @Nullable App app(String id) {
        return apps.get(id);
    }

    @Override
    public long version() {
        return 1;
    }
}

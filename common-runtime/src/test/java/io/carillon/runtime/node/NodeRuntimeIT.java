package io.carillon.runtime.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.contract.App;
import io.carillon.contract.SettingsRequest;
import io.carillon.contract.SettingsResponse;
import io.carillon.rpc.RpcServer;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.settings.AppSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeRuntimeIT {
    @TempDir
    Path directory;

    private final TestingServer zookeeper;
    private final List<NodeRuntime> running = new ArrayList<>();

    NodeRuntimeIT() throws Exception {
        zookeeper = new TestingServer(true);
    }

    @AfterEach
    void stop() throws Exception {
        running.forEach(NodeRuntime::stop);
        zookeeper.close();
    }

    @Test
    void findsOthersCallsThemAndFollowsTheSettings() throws Exception {
        SettingsOnly saver = new SettingsOnly();
        start("saver", "saver-1", saver);
        NodeRuntime room = start("room", "room-1", new Idle());
        AppSettings settings = room.settings();

        await().until(settings::known);
        assertThat(settings.app("demo")).isNotNull();
        await().untilAsserted(() -> assertThat(ready(room)).isEqualTo(200));

        saver.change(2, "demo", "second");
        await().until(() -> settings.app("second") != null);
    }

    @Test
    void startsWithTheSettingsOnDiskWhileNoSaverIsThere() throws Exception {
        SettingsOnly saver = new SettingsOnly();
        NodeRuntime saverRuntime = start("saver", "saver-1", saver);
        NodeRuntime room = start("room", "room-1", new Idle());
        await().until(room.settings()::known);
        room.stop();
        saverRuntime.stop();
        running.clear();

        NodeRuntime again = start("room", "room-1", new Idle());
        assertThat(again.settings().app("demo")).isNotNull();
    }

    private NodeRuntime start(String role, String name, Service service) throws Exception {
        NodeConfig config = ConfigLoader.parse(
                NodeConfig.class,
                "{name: " + name + ", rpc-secret: a-secret-for-tests-only, data-directory: '" + directory.resolve(name)
                        + "', event-loop-threads: 1, stop-timeout: 2s, discovery: {zookeeper: '"
                        + zookeeper.getConnectString() + "', session-timeout: 20s}}");
        Files.createDirectories(config.dataPath());
        NodeRuntime runtime = new NodeRuntime(role, config);
        running.add(runtime);
        runtime.run(service);
        return runtime;
    }

    private static int ready(NodeRuntime runtime) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + runtime.admin().address().getPort() + "/readyz");
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static class Idle implements Service {
        @Override
        public void register(RpcServer.Builder rpc) {}

        @Override
        public void start() {}

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public void stop(Duration limit) {}
    }

    /** Serves settings as saver does: at once where there is something newer, else when there is. */
    private static final class SettingsOnly extends Idle {
        private SettingsResponse now = response(1, "demo");
        private final List<CompletableFuture<SettingsResponse>> waiting = new ArrayList<>();

        @Override
        public void register(RpcServer.Builder rpc) {
            rpc.handle(SaverMethods.SETTINGS, (request, call) -> answer(request));
        }

        synchronized void change(long version, String... apps) {
            now = response(version, apps);
            waiting.forEach(future -> future.complete(now));
            waiting.clear();
        }

        private synchronized CompletableFuture<SettingsResponse> answer(SettingsRequest request) {
            if (request.getKnownVersion() != now.getVersion()) {
                return CompletableFuture.completedFuture(now);
            }
            CompletableFuture<SettingsResponse> later = new CompletableFuture<>();
            waiting.add(later);
            return later;
        }

        private static SettingsResponse response(long version, String... apps) {
            SettingsResponse.Builder builder =
                    SettingsResponse.newBuilder().setVersion(version).setChanged(true);
            for (String app : apps) {
                builder.addApps(App.newBuilder().setId(app));
            }
            return builder.build();
        }
    }
}

package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.center.app.Credentials;
import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.App;
import io.carillon.contract.AppPutRequest;
import io.carillon.contract.AppPutResponse;
import io.carillon.contract.AppPutStatus;
import io.carillon.contract.SettingsRequest;
import io.carillon.contract.SettingsResponse;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.discovery.NodeRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AppRoutesTest {
    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet.addSaver("saver-1");
    private final List<App> rows = new ArrayList<>(List.of(ApiFixture.DEMO));
    private boolean oneSaverIsBehind;
    private long version = 10;

    AppRoutesTest() {
        saver.answer(SaverMethods.SETTINGS, this::settings);
        saver.answer(SaverMethods.APP_PUT, this::put);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void createsAnAppWhoseKeyWorksAtOnce() {
        ApiFixture.Answer created = fixture.admin("POST", "/admin/v1/apps", "{\"id\":\"chat\",\"name\":\"Chat\"}");

        assertThat(created.status()).isEqualTo(201);
        String key = created.json().path("api_key").asText();
        assertThat(key).hasSize(43);
        assertThat(created.json().path("client_secret").asText()).hasSize(43);
        assertThat(rows.getLast().getApiKeys(0).getKeyHash()).isEqualTo(Credentials.hash(key));
        assertThat(fixture.send("GET", "/v1/stats", null, key).status()).isEqualTo(200);
        assertThat(fixture.admin("GET", "/admin/v1/apps", null).http().body()).doesNotContain(key);
    }

    @Test
    void takesCredentialsThatAreGiven() {
        String body = "{\"id\":\"chat\",\"api_key\":\"0123456789abcdef\",\"client_secret\":\"" + "s".repeat(32) + "\"}";

        ApiFixture.Answer created = fixture.admin("POST", "/admin/v1/apps", body);

        assertThat(created.json().path("api_key").asText()).isEqualTo("0123456789abcdef");
        assertThat(rows.getLast().getClientKeys(0).getSecret().toStringUtf8()).isEqualTo("s".repeat(32));
    }

    @Test
    void refusesAnIdThatIsTaken() {
        assertThat(fixture.admin("POST", "/admin/v1/apps", "{\"id\":\"demo\"}").status())
                .isEqualTo(409);
    }

    @Test
    void changesWhatIsGivenAndLeavesTheRest() {
        ApiFixture.Answer changed = fixture.admin("PUT", "/admin/v1/apps/demo", "{\"messages_per_second\":50}");

        assertThat(changed.json().path("messages_per_second").asInt()).isEqualTo(50);
        assertThat(rows.getFirst().getApiKeysList()).isEqualTo(ApiFixture.DEMO.getApiKeysList());
        assertThat(fixture.admin("PUT", "/admin/v1/apps/none", "{}").status()).isEqualTo(404);
        assertThat(fixture.admin("GET", "/admin/v1/apps/demo", null)
                        .json()
                        .path("messages_per_second")
                        .asInt())
                .isEqualTo(50);
    }

    @Test
    void keepsWhatAnAppMayDoWithBroadcastsAndTags() {
        String settings = "{\"deliveries_per_second_max\":5000,\"broadcasts_to_new_installations\":true,"
                + "\"client_tags\":true}";

        assertThat(fixture.admin("PUT", "/admin/v1/apps/demo", settings).status())
                .isEqualTo(200);
        assertThat(fixture.admin("PUT", "/admin/v1/apps/demo", "{\"client_tags\":false}")
                        .status())
                .isEqualTo(200);

        var app = fixture.admin("GET", "/admin/v1/apps/demo", null).json();
        assertThat(app.path("deliveries_per_second_max").asInt()).isEqualTo(5_000);
        assertThat(app.path("broadcasts_to_new_installations").asBoolean()).isTrue();
        assertThat(app.path("client_tags").asBoolean(true)).isFalse();
        assertThat(fixture.admin("PUT", "/admin/v1/apps/demo", "{\"deliveries_per_second_max\":-1}")
                        .status())
                .isEqualTo(400);
        assertThat(fixture.admin("PUT", "/admin/v1/apps/demo", "{\"client_tags\":1}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void keepsTheNetworksThatClientsMayLogInFrom() {
        String lists = "{\"allow_networks\":[\"10.0.0.0/8\",\"2001:db8::/32\"],\"deny_networks\":[\"10.9.0.0/16\"]}";
        assertThat(fixture.admin("PUT", "/admin/v1/apps/demo", lists).status()).isEqualTo(200);
        assertThat(fixture.admin("PUT", "/admin/v1/apps/demo", "{\"deny_networks\":[]}")
                        .status())
                .isEqualTo(200);

        var app = fixture.admin("GET", "/admin/v1/apps/demo", null).json();
        assertThat(app.path("allow_networks")).hasToString("[\"10.0.0.0/8\",\"2001:db8::/32\"]");
        assertThat(app.path("deny_networks")).isEmpty();
        assertThat(fixture.admin("PUT", "/admin/v1/apps/demo", "{\"deny_networks\":[\"10.0.0.0/40\"]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void makesTheChangeAgainWhenTheRowsMovedMeanwhile() {
        int[] puts = {0};
        saver.answer(SaverMethods.APP_PUT, request -> {
            if (puts[0]++ == 0) {
                version++;
            }
            return put(request);
        });

        assertThat(fixture.admin("PUT", "/admin/v1/apps/demo", "{\"name\":\"Demo\"}")
                        .status())
                .isEqualTo(200);
        assertThat(puts[0]).isEqualTo(2);
        assertThat(rows.getFirst().getName()).isEqualTo("Demo");
    }

    @Test
    void keepsThePreviousWebhookSecretWhileRotating() {
        String body = "{\"uplinks\":[{\"url\":\"https://a.example/hook\",\"forward_types\":[\"chat\"]}]}";

        ApiFixture.Answer first = webhooks(body);
        String made = first.json().path("secret").asText();
        assertThat(made).startsWith("whsec_");
        assertThat(rows.getFirst().getWebhooks().getSecretsList()).containsExactly(made);

        String next = "whsec_" + "QUFB".repeat(8);
        String rotating = "{\"uplinks\":[],\"secret\":\"" + next + "\"}";
        assertThat(webhooks(rotating).json().has("secret")).isFalse();
        assertThat(rows.getFirst().getWebhooks().getSecretsList()).containsExactly(next, made);
        webhooks(rotating);
        assertThat(rows.getFirst().getWebhooks().getSecretsList()).containsExactly(next);
        assertThat(fixture.get("/v1/webhooks").http().body()).doesNotContain(next);
    }

    @Test
    void keepsWherePresenceAndReceiptsGo() {
        String body = "{\"uplinks\":[],\"presence\":{\"url\":\"https://a.example/p\"},"
                + "\"receipts\":{\"url\":\"https://a.example/r\"}}";

        assertThat(webhooks(body).status()).isEqualTo(200);

        assertThat(rows.getFirst().getWebhooks().getPresenceUrl()).isEqualTo("https://a.example/p");
        assertThat(rows.getFirst().getWebhooks().getReceiptsUrl()).isEqualTo("https://a.example/r");
        var told = fixture.get("/v1/webhooks").json();
        assertThat(told.path("presence").path("url").asText()).isEqualTo("https://a.example/p");
        assertThat(told.path("receipts").path("url").asText()).isEqualTo("https://a.example/r");

        webhooks("{\"uplinks\":[]}");
        assertThat(rows.getFirst().getWebhooks().getPresenceUrl()).isEmpty();
        assertThat(fixture.get("/v1/webhooks").json().has("presence")).isFalse();
    }

    @Test
    void keepsOfWhichUsersPresenceIsTold() {
        webhooks("{\"uplinks\":[],\"presence\":{\"url\":\"https://a.example/p\",\"tags_any\":[\"vip\",\"staff\"]}}");

        assertThat(rows.getFirst().getWebhooks().getPresenceTagsAnyList()).containsExactly("vip", "staff");
        assertThat(fixture.get("/v1/webhooks").json().path("presence").toString())
                .isEqualTo("{\"url\":\"https://a.example/p\",\"tags_any\":[\"vip\",\"staff\"]}");

        webhooks("{\"uplinks\":[],\"presence\":{\"url\":\"https://a.example/p\"}}");
        assertThat(rows.getFirst().getWebhooks().getPresenceTagsAnyList()).isEmpty();
    }

    @Test
    void changesAnAppThatTheAskedSaverHasNotHeardOfYet() {
        oneSaverIsBehind = true;

        assertThat(webhooks("{\"uplinks\":[]}").status()).isEqualTo(200);
    }

    @Test
    void listsTheNodes() {
        fixture.fleet.nodes.add(new NodeRecord(
                "room",
                "room-1",
                "site-1",
                "default",
                1,
                "0.1.0",
                -1,
                "127.0.0.1:1",
                "http://127.0.0.1:2",
                "",
                List.of(new NodeRecord.Advertised("tcp", "h", 3)),
                new NodeRecord.Load(5, 10),
                false));

        var node = fixture.admin("GET", "/admin/v1/nodes", null)
                .json()
                .path("nodes")
                .get(0);

        assertThat(node.path("name").asText()).isEqualTo("room-1");
        assertThat(node.path("incarnation").asText()).isEqualTo("18446744073709551615");
        assertThat(node.path("load").path("connections").asInt()).isEqualTo(5);
        assertThat(node.path("listeners").get(0).path("port").asInt()).isEqualTo(3);
    }

    private ApiFixture.Answer webhooks(String body) {
        return fixture.send("PUT", "/v1/webhooks", body, ApiFixture.API_KEY);
    }

    private SettingsResponse settings(SettingsRequest request) {
        return SettingsResponse.newBuilder()
                .setVersion(version)
                .setChanged(true)
                .addAllApps(oneSaverIsBehind && !request.getNewest() ? List.of() : rows)
                .build();
    }

    private AppPutResponse put(AppPutRequest request) {
        boolean exists = rows.stream()
                .anyMatch(app -> app.getId().equals(request.getApp().getId()));
        if (request.getCreate() && exists) {
            return AppPutResponse.newBuilder()
                    .setStatus(AppPutStatus.APP_PUT_STATUS_EXISTS)
                    .build();
        }
        if (request.getExpectedVersion() != 0 && request.getExpectedVersion() != version) {
            return AppPutResponse.newBuilder()
                    .setStatus(AppPutStatus.APP_PUT_STATUS_STALE)
                    .build();
        }
        rows.removeIf(app -> app.getId().equals(request.getApp().getId()));
        rows.add(request.getApp());
        return AppPutResponse.newBuilder()
                .setStatus(AppPutStatus.APP_PUT_STATUS_SAVED)
                .setVersion(++version)
                .build();
    }
}

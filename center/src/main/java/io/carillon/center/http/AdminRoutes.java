package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.carillon.center.app.AppRows;
import io.carillon.center.app.ClientTokens;
import io.carillon.center.app.Credentials;
import io.carillon.center.fleet.Fleet;
import io.carillon.contract.ApiKey;
import io.carillon.contract.App;
import io.carillon.contract.ClientKey;
import io.carillon.contract.Durability;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.net.Networks;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /admin/v1}: the operator's apps and nodes. */
final class AdminRoutes {
    private static final Pattern APP_ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,31}");
    private static final Pattern POOL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int NAME_BYTES_MAX = 128;
    private static final int API_KEY_BYTES_MIN = 16;
    private static final int CREDENTIAL_BYTES_MAX = 256;
    private static final int NETWORKS_MAX = 1000;
    private static final int POOLS_MAX = 16;
    private static final String FIRST = "1";

    private final AppRows rows;
    private final Credentials credentials;
    private final Fleet fleet;

    AdminRoutes(AppRows rows, Credentials credentials, Fleet fleet) {
        this.rows = rows;
        this.credentials = credentials;
        this.fleet = fleet;
    }

    List<ApiRoute> routes() {
        return List.of(
                new ApiRoute(HttpMethod.POST, "/admin/v1/apps", Access.ADMIN, this::create),
                new ApiRoute(HttpMethod.GET, "/admin/v1/apps", Access.ADMIN, this::list),
                new ApiRoute(HttpMethod.GET, "/admin/v1/apps/{id}", Access.ADMIN, this::app),
                new ApiRoute(HttpMethod.PUT, "/admin/v1/apps/{id}", Access.ADMIN, this::change),
                new ApiRoute(HttpMethod.GET, "/admin/v1/nodes", Access.ADMIN, this::nodes));
    }

    private CompletableFuture<HttpResponse> create(ApiRequest request) {
        JsonFields fields = Json.read(request.body());
        String id = fields.text("id");
        if (!APP_ID.matcher(id).matches()) {
            throw fields.invalid("id", "not usable (expected: " + APP_ID + ")");
        }
        String apiKey = credential(fields, "api_key", API_KEY_BYTES_MIN);
        String clientSecret = credential(fields, "client_secret", ClientTokens.SECRET_BYTES_MIN);
        App app = settings(fields, App.newBuilder().setId(id).setName(id))
                .addApiKeys(ApiKey.newBuilder().setId(FIRST).setKeyHash(Credentials.hash(apiKey)))
                .addClientKeys(ClientKey.newBuilder()
                        .setId(FIRST)
                        .setAlgorithm("HS256")
                        .setSecret(ByteString.copyFromUtf8(clientSecret)))
                .build();
        fields.end();
        return rows.create(app).thenApply(created -> {
            if (!created) {
                throw new ProblemException(
                        Problem.of(ProblemCode.CONFLICT, "id: " + id + " (expected: one that no app has)"));
            }
            ObjectNode body = render(app).put("api_key", apiKey).put("client_secret", clientSecret);
            return Json.answer(HttpStatus.CREATED, body);
        });
    }

    /** The given one, or a new one. */
    private String credential(JsonFields fields, String name, int bytesMin) {
        String given = fields.boundedText(name, bytesMin, CREDENTIAL_BYTES_MAX);
        if (given.chars().anyMatch(c -> c <= 0x20 || c >= 0x7F)) {
            throw fields.invalid(name, "a character that a header can't carry (expected: printable ASCII)");
        }
        return given.isEmpty() ? credentials.next() : given;
    }

    /** Reads what can be set at creation and changed later; an absent field leaves what stands. */
    private static App.Builder settings(JsonFields fields, App.Builder app) {
        if (fields.has("name")) {
            app.setName(fields.boundedText("name", 1, NAME_BYTES_MAX));
        }
        app.setTokenTtlMaxSeconds(
                fields.number("token_ttl_max_seconds", 1, ClientTokens.TTL_MAX_SECONDS, app.getTokenTtlMaxSeconds()));
        app.setMessagesPerSecond(
                (int) fields.number("messages_per_second", 0, Integer.MAX_VALUE, app.getMessagesPerSecond()));
        app.setDeliveriesPerSecondMax((int)
                fields.number("deliveries_per_second_max", 0, Integer.MAX_VALUE, app.getDeliveriesPerSecondMax()));
        app.setBroadcastsToNewInstallations(
                fields.bool("broadcasts_to_new_installations", app.getBroadcastsToNewInstallations()));
        app.setClientTags(fields.bool("client_tags", app.getClientTags()));
        app.setDisabled(fields.bool("disabled", app.getDisabled()));
        List<String> pools = fields.texts("pools", POOLS_MAX);
        if (pools != null) {
            for (String pool : pools) {
                if (!POOL.matcher(pool).matches()) {
                    throw fields.invalid("pools", "a name that is not usable (expected: " + POOL + ")");
                }
            }
            app.clearPools().addAllPools(pools);
        }
        List<String> allow = networks(fields, "allow_networks");
        if (allow != null) {
            app.clearAllowNetworks().addAllAllowNetworks(allow);
        }
        List<String> deny = networks(fields, "deny_networks");
        if (deny != null) {
            app.clearDenyNetworks().addAllDenyNetworks(deny);
        }
        if (fields.has("uplink_durability")) {
            app.setUplinkDurability(
                    switch (fields.text("uplink_durability")) {
                        case "mysql" -> Durability.DURABILITY_MYSQL;
                        case "redis" -> Durability.DURABILITY_REDIS;
                        default -> throw fields.invalid("uplink_durability", "not known (expected: mysql or redis)");
                    });
        }
        return app;
    }

    private static @Nullable List<String> networks(JsonFields fields, String name) {
        List<String> networks = fields.texts(name, NETWORKS_MAX);
        if (networks != null) {
            try {
                Networks.parse(name, networks);
            } catch (IllegalArgumentException e) {
                throw fields.invalid(
                        name, "an entry that is none (expected: addresses or networks such as 10.0.0.0/8)");
            }
        }
        return networks;
    }

    private CompletableFuture<HttpResponse> list(ApiRequest request) {
        return rows.all().thenApply(apps -> {
            ObjectNode body = Json.object();
            ArrayNode rendered = body.putArray("apps");
            apps.forEach(app -> rendered.add(render(app)));
            return Json.ok(body);
        });
    }

    private CompletableFuture<HttpResponse> app(ApiRequest request) {
        return rows.all().thenApply(apps -> apps.stream()
                .filter(app -> app.getId().equals(request.path("id")))
                .findFirst()
                .map(app -> Json.ok(render(app)))
                .orElseThrow(() -> notFound(request)));
    }

    private CompletableFuture<HttpResponse> change(ApiRequest request) {
        byte[] body = request.body();
        // Read once for its defects, before any row is fetched.
        JsonFields checked = Json.read(body);
        settings(checked, App.newBuilder());
        checked.end();
        return rows.change(request.path("id"), app -> settings(Json.read(body), app.toBuilder())
                        .build())
                .thenApply(changed -> changed.map(app -> Json.ok(render(app))).orElseThrow(() -> notFound(request)));
    }

    private static ProblemException notFound(ApiRequest request) {
        return new ProblemException(
                Problem.of(ProblemCode.NOT_FOUND, "id: " + request.path("id") + " (expected: the id of an app)"));
    }

    /** Without credentials: they are shown once, at creation. */
    private static ObjectNode render(App app) {
        ObjectNode body = Json.object()
                .put("id", app.getId())
                .put("name", app.getName())
                .put("disabled", app.getDisabled())
                .put("token_ttl_max_seconds", ClientTokens.ttlMaxSeconds(app))
                .put("messages_per_second", Integer.toUnsignedLong(app.getMessagesPerSecond()))
                .put("deliveries_per_second_max", Integer.toUnsignedLong(app.getDeliveriesPerSecondMax()))
                .put("broadcasts_to_new_installations", app.getBroadcastsToNewInstallations())
                .put("client_tags", app.getClientTags())
                .put("uplink_durability", app.getUplinkDurability() == Durability.DURABILITY_REDIS ? "redis" : "mysql");
        ArrayNode pools = body.putArray("pools");
        app.getPoolsList().forEach(pools::add);
        ArrayNode allow = body.putArray("allow_networks");
        app.getAllowNetworksList().forEach(allow::add);
        ArrayNode deny = body.putArray("deny_networks");
        app.getDenyNetworksList().forEach(deny::add);
        return body;
    }

    private CompletableFuture<HttpResponse> nodes(ApiRequest request) {
        ObjectNode body = Json.object();
        ArrayNode nodes = body.putArray("nodes");
        fleet.nodes().stream()
                .sorted(Comparator.comparing(NodeRecord::role).thenComparing(NodeRecord::name))
                .forEach(node -> nodes.add(render(node)));
        return CompletableFuture.completedFuture(Json.ok(body));
    }

    private static ObjectNode render(NodeRecord node) {
        ObjectNode body = Json.object()
                .put("name", node.name())
                .put("role", node.role())
                .put("site", node.site())
                .put("pool", node.pool())
                .put("weight", node.weight())
                .put("release", node.release())
                .put("incarnation", Long.toUnsignedString(node.incarnation()))
                .put("rpc", node.rpc())
                .put("admin", node.admin())
                .put("http", node.http())
                .put("draining", node.draining());
        body.putObject("load")
                .put("connections", node.load().connections())
                .put("capacity", node.load().capacity());
        ArrayNode listeners = body.putArray("listeners");
        node.listeners().forEach(listener -> listeners
                .addObject()
                .put("transport", listener.transport())
                .put("host", listener.host())
                .put("port", listener.port()));
        return body;
    }
}

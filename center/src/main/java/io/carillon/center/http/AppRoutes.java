package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.carillon.center.app.AppCounters;
import io.carillon.center.app.AppRows;
import io.carillon.center.app.Credentials;
import io.carillon.contract.App;
import io.carillon.contract.UplinkEndpoint;
import io.carillon.contract.Webhooks;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** {@code /v1/webhooks} and {@code /v1/stats}: what an app says and asks about itself. */
final class AppRoutes {
    private static final int ENDPOINTS_MAX = 16;
    private static final int FORWARD_TYPES_MAX = 64;
    private static final int FORWARD_TYPE_BYTES_MAX = 64;
    private static final int URL_LENGTH_MAX = 2_048;
    private static final String SECRET_PREFIX = "whsec_";
    private static final int SECRET_BYTES_MIN = 24;
    private static final int SECRET_BYTES_MAX = 64;

    private final AppRows rows;
    private final Credentials credentials;
    private final AppCounters counters;
    private final String center;
    private final Instant startedAt;

    AppRoutes(AppRows rows, Credentials credentials, AppCounters counters, String center, Instant startedAt) {
        this.rows = rows;
        this.credentials = credentials;
        this.counters = counters;
        this.center = center;
        this.startedAt = startedAt;
    }

    List<ApiRoute> routes() {
        return List.of(
                new ApiRoute(HttpMethod.GET, "/v1/webhooks", Access.APP, this::webhooks),
                new ApiRoute(HttpMethod.PUT, "/v1/webhooks", Access.APP, this::putWebhooks),
                new ApiRoute(HttpMethod.GET, "/v1/stats", Access.APP, this::stats));
    }

    private CompletableFuture<HttpResponse> webhooks(ApiRequest request) {
        return rows.all().thenApply(apps -> {
            Webhooks webhooks = apps.stream()
                    .filter(app -> app.getId().equals(request.app().getId()))
                    .findFirst()
                    .map(App::getWebhooks)
                    .orElseGet(Webhooks::getDefaultInstance);
            return Json.ok(webhooks(webhooks));
        });
    }

    private CompletableFuture<HttpResponse> putWebhooks(ApiRequest request) {
        JsonFields fields = Json.read(request.body());
        Webhooks.Builder wanted = Webhooks.newBuilder().addAllUplinks(uplinks(fields));
        readPresence(fields, wanted);
        readReceipts(fields, wanted);
        String given = secret(fields);
        fields.end();
        String made = credentials.nextWebhookSecret();
        return rows.change(request.app().getId(), app -> {
                    List<String> secrets = secrets(app.getWebhooks().getSecretsList(), given, made);
                    return app.toBuilder()
                            .setWebhooks(wanted.clone().addAllSecrets(secrets))
                            .build();
                })
                .thenApply(changed -> {
                    App app = changed.orElseThrow(() ->
                            new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "The app is no longer there.")));
                    ObjectNode body = webhooks(app.getWebhooks());
                    if (app.getWebhooks().getSecretsList().contains(made)) {
                        body.put("secret", made);
                    }
                    return Json.ok(body);
                });
    }

    /**
     * The secrets to sign with, newest first. A new one keeps the one before it, so that receivers can change over;
     * the newest one given again ends that. None given: those that stand, or {@code made} as the first.
     */
    private static List<String> secrets(List<String> before, String given, String made) {
        if (given.isEmpty() && !before.isEmpty()) {
            return before;
        }
        if (given.isEmpty()) {
            return List.of(made);
        }
        if (before.isEmpty() || before.getFirst().equals(given)) {
            return List.of(given);
        }
        return List.of(given, before.getFirst());
    }

    private static List<UplinkEndpoint> uplinks(JsonFields fields) {
        List<JsonFields> endpoints = fields.objects("uplinks", ENDPOINTS_MAX);
        if (endpoints == null) {
            throw fields.invalid("uplinks", "absent (expected: a list, empty for none)");
        }
        List<UplinkEndpoint> uplinks = new ArrayList<>();
        Set<String> routed = new HashSet<>();
        for (JsonFields endpoint : endpoints) {
            String url = url(endpoint);
            List<String> types = endpoint.texts("forward_types", FORWARD_TYPES_MAX);
            endpoint.end();
            for (String type : types == null ? List.<String>of() : types) {
                int bytes = type.getBytes(StandardCharsets.UTF_8).length;
                if (bytes < 1 || bytes > FORWARD_TYPE_BYTES_MAX) {
                    throw endpoint.invalid(
                            "forward_types", bytes + " bytes (expected: 1 to " + FORWARD_TYPE_BYTES_MAX + ")");
                }
                if (!routed.add(type)) {
                    throw endpoint.invalid("forward_types", "a repeat (expected: each type at one endpoint)");
                }
            }
            UplinkEndpoint.Builder uplink = UplinkEndpoint.newBuilder().setUrl(url);
            if (types != null) {
                uplink.addAllForwardTypes(types);
            }
            uplinks.add(uplink.build());
        }
        return uplinks;
    }

    private static void readPresence(JsonFields fields, Webhooks.Builder into) {
        if (fields.has("presence")) {
            JsonFields endpoint = fields.object("presence");
            into.setPresenceUrl(url(endpoint)).addAllPresenceTagsAny(TagLists.read(endpoint, "tags_any"));
            endpoint.end();
        }
    }

    private static void readReceipts(JsonFields fields, Webhooks.Builder into) {
        if (fields.has("receipts")) {
            JsonFields endpoint = fields.object("receipts");
            into.setReceiptsUrl(url(endpoint));
            endpoint.end();
        }
    }

    private static String url(JsonFields endpoint) {
        String text = endpoint.text("url");
        String expected = " (expected: an absolute http or https URL without user and fragment, at most "
                + URL_LENGTH_MAX + " characters)";
        try {
            URI uri = new URI(text);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (!http
                    || uri.getHost() == null
                    || uri.getUserInfo() != null
                    || uri.getFragment() != null
                    || uri.getPort() > 65_535
                    || text.length() > URL_LENGTH_MAX) {
                throw endpoint.invalid("url", "not usable" + expected);
            }
        } catch (URISyntaxException e) {
            throw endpoint.invalid("url", "not a URL" + expected);
        }
        return text;
    }

    private static String secret(JsonFields fields) {
        String secret = fields.text("secret", "");
        if (!fields.has("secret")) {
            return "";
        }
        String expected =
                " (expected: whsec_ and " + SECRET_BYTES_MIN + " to " + SECRET_BYTES_MAX + " bytes in base64)";
        if (!secret.startsWith(SECRET_PREFIX)) {
            throw fields.invalid("secret", "another prefix" + expected);
        }
        try {
            int bytes = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length())).length;
            if (bytes < SECRET_BYTES_MIN || bytes > SECRET_BYTES_MAX) {
                throw fields.invalid("secret", bytes + " bytes" + expected);
            }
        } catch (IllegalArgumentException e) {
            throw fields.invalid("secret", "not base64" + expected);
        }
        return secret;
    }

    /** Without the secrets: they are shown to nobody twice. */
    private static ObjectNode webhooks(Webhooks webhooks) {
        ObjectNode body = Json.object();
        ArrayNode uplinks = body.putArray("uplinks");
        for (UplinkEndpoint endpoint : webhooks.getUplinksList()) {
            ArrayNode types = uplinks.addObject().put("url", endpoint.getUrl()).putArray("forward_types");
            endpoint.getForwardTypesList().forEach(types::add);
        }
        if (!webhooks.getPresenceUrl().isEmpty()) {
            ObjectNode presence = body.putObject("presence").put("url", webhooks.getPresenceUrl());
            if (webhooks.getPresenceTagsAnyCount() > 0) {
                ArrayNode tags = presence.putArray("tags_any");
                webhooks.getPresenceTagsAnyList().forEach(tags::add);
            }
        }
        if (!webhooks.getReceiptsUrl().isEmpty()) {
            body.putObject("receipts").put("url", webhooks.getReceiptsUrl());
        }
        return body.put("secrets", webhooks.getSecretsCount());
    }

    private CompletableFuture<HttpResponse> stats(ApiRequest request) {
        String app = request.app().getId();
        ObjectNode body = Json.object()
                .put("scope", "center")
                .put("center", center)
                .put("since", startedAt.toString())
                .put("requests", counters.requests(app));
        ObjectNode messages = body.putObject("messages");
        counters.messages(app).forEach((status, count) -> messages.put(status.label(), count));
        return CompletableFuture.completedFuture(Json.ok(body));
    }
}

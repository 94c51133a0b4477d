package io.carillon.runtime.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.logging.Logging;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The endpoint for operators that every process has: {@code /healthz}, {@code /readyz}, {@code /metrics}, and, with the
 * admin key, {@code PUT /admin/v1/log-level}. Reading needs no key: it listens on loopback unless configured otherwise.
 */
public final class AdminEndpoint implements AutoCloseable {
    private static final MediaType PROMETHEUS = MediaType.parse("text/plain; version=0.0.4; charset=utf-8");
    private static final MediaType PROBLEM = MediaType.parse("application/problem+json");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Server server;
    private final PrometheusMeterRegistry meters;
    private final Supplier<List<String>> reasonsNotReady;
    private final String adminKey;

    /**
     * @param reasonsNotReady empty when the process is ready; asked at each probe
     * @param adminKey empty: calls that change something are refused
     */
    public AdminEndpoint(
            HostPort address, PrometheusMeterRegistry meters, Supplier<List<String>> reasonsNotReady, String adminKey) {
        this.meters = meters;
        this.reasonsNotReady = reasonsNotReady;
        this.adminKey = adminKey;
        ServerBuilder builder = Server.builder();
        builder.http(address.toSocketAddress());
        builder.maxRequestLength(64 * 1024);
        builder.maxNumConnections(256);
        builder.service("/healthz", health());
        builder.service("/readyz", readiness());
        builder.service("/metrics", metrics());
        builder.route()
                .put("/admin/v1/log-level")
                .build((context, request) -> HttpResponse.of(request.aggregate().thenApply(this::changeLogLevel)));
        server = builder.build();
    }

    /** Begins to listen. */
    public void start() {
        server.start().join();
    }

    /** Where it listens; after start. */
    public InetSocketAddress address() {
        return Objects.requireNonNull(server.activePort(), "not started").localAddress();
    }

    /** 200 while the process lives; for other HTTP servers of the process too. */
    public HttpService health() {
        return (context, request) -> HttpResponse.of(MediaType.JSON_UTF_8, "{\"status\":\"alive\"}");
    }

    /** 200 when ready, 503 with the reasons when not; for other HTTP servers of the process too. */
    public HttpService readiness() {
        return (context, request) -> {
            List<String> reasons = reasonsNotReady.get();
            String body = JSON.createObjectNode()
                    .put("ready", reasons.isEmpty())
                    .set("reasons", JSON.valueToTree(reasons))
                    .toString();
            return HttpResponse.of(
                    reasons.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, MediaType.JSON_UTF_8, body);
        };
    }

    /** Prometheus's text; for other HTTP servers of the process too. */
    public HttpService metrics() {
        return (context, request) -> HttpResponse.of(HttpStatus.OK, PROMETHEUS, HttpData.ofUtf8(meters.scrape()));
    }

    /** Begins to stop. Nobody waits for the end: the server's threads stay for a quiet period of seconds. */
    @Override
    public void close() {
        server.stop();
    }

    private HttpResponse changeLogLevel(AggregatedHttpRequest request) {
        if (!authorized(request.headers().get("authorization", ""))) {
            return problem(HttpStatus.UNAUTHORIZED, "unauthorized", "the admin key is missing or wrong");
        }
        JsonNode body;
        try {
            body = JSON.readTree(request.contentUtf8());
        } catch (JsonProcessingException e) {
            return problem(HttpStatus.BAD_REQUEST, "malformed_json", e.getOriginalMessage());
        }
        String logger = body.path("logger").asText("");
        String level = body.path("level").asText("");
        if (!Logging.setLevel(logger, level)) {
            return problem(
                    HttpStatus.BAD_REQUEST,
                    "invalid_field",
                    "level: " + level + " (expected: error, warn, info, debug, trace or off)");
        }
        return HttpResponse.of(
                MediaType.JSON_UTF_8,
                JSON.createObjectNode()
                        .put("logger", logger)
                        .put("level", level)
                        .toString());
    }

    private boolean authorized(String header) {
        byte[] given = header.getBytes(StandardCharsets.UTF_8);
        byte[] wanted = ("Bearer " + adminKey).getBytes(StandardCharsets.UTF_8);
        return !adminKey.isEmpty() && MessageDigest.isEqual(given, wanted);
    }

    private static HttpResponse problem(HttpStatus status, String code, String detail) {
        String body = JSON.createObjectNode()
                .put("status", status.code())
                .put("title", status.reasonPhrase())
                .put("code", code)
                .put("detail", detail)
                .toString();
        return HttpResponse.of(status, PROBLEM, body);
    }
}

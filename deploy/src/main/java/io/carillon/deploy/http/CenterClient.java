package io.carillon.deploy.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.util.Exceptions;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Calls center's HTTP API, one center after the other in turn. A call that a center can't be reached for goes to the
 * next; nothing else is tried again, since only the caller knows what a repetition means. Requests in flight share
 * connections where the center speaks HTTP/2, as Carillon's do. Thread-safe.
 */
public final class CenterClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(15);
    /** Of an answer. A list of devices or users can be long. */
    private static final long ANSWER_BYTES_MAX = 64L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<WebClient> centers;
    private final String apiKey;
    private final AtomicInteger turn = new AtomicInteger();
    private final ClientFactory factory =
            ClientFactory.builder().connectTimeout(CONNECT_TIMEOUT).build();

    /** @param apiKey names the app, or is the admin key for admin routes */
    public CenterClient(List<URI> centers, String apiKey) {
        if (centers.isEmpty()) {
            throw new IllegalArgumentException("no center (expected: at least one)");
        }
        this.centers = centers.stream().map(this::client).toList();
        this.apiKey = apiKey;
    }

    /**
     * What came back.
     *
     * @param status HTTP's
     * @param body JSON, or a missing node where there was none
     */
    public record Answer(int status, JsonNode body) {
        public boolean ok() {
            return status >= 200 && status < 300;
        }

        /** The problem's text, for a complaint. */
        public String problem() {
            String code = body.path("code").asText("");
            String detail = body.path("detail").asText(body.path("title").asText(""));
            return "HTTP " + status + (code.isEmpty() ? "" : " " + code) + (detail.isEmpty() ? "" : ": " + detail);
        }
    }

    public Answer get(String path) throws CenterException, InterruptedException {
        return await(send(HttpMethod.GET, path, null, null));
    }

    public Answer delete(String path) throws CenterException, InterruptedException {
        return await(send(HttpMethod.DELETE, path, null, null));
    }

    public Answer put(String path, JsonNode body) throws CenterException, InterruptedException {
        return await(send(HttpMethod.PUT, path, body, null));
    }

    public Answer post(String path, JsonNode body) throws CenterException, InterruptedException {
        return post(path, body, null);
    }

    public Answer post(String path, JsonNode body, @Nullable String idempotencyKey)
            throws CenterException, InterruptedException {
        return await(send(HttpMethod.POST, path, body, idempotencyKey));
    }

    /** Posts a message to some users; the future fails with an IOException when no center could be reached. */
    public CompletableFuture<Answer> message(List<String> users, String text, @Nullable String idempotencyKey) {
        return message(users, text, JSON.createObjectNode(), idempotencyKey);
    }

    /** @param options further fields of the request, such as ttl_seconds */
    public CompletableFuture<Answer> message(
            List<String> users, String text, ObjectNode options, @Nullable String idempotencyKey) {
        ObjectNode body = options.deepCopy();
        users.forEach(body.putObject("to").putArray("users")::add);
        body.put("payload", text);
        return send(HttpMethod.POST, "/v1/messages", body, idempotencyKey);
    }

    /** As above, with a request that lacks only whom it is to. */
    public CompletableFuture<Answer> message(List<String> users, ObjectNode request) {
        ObjectNode body = request.deepCopy();
        users.forEach(body.putObject("to").putArray("users")::add);
        return send(HttpMethod.POST, "/v1/messages", body, null);
    }

    /** Asks for a broadcast. */
    public CompletableFuture<Answer> broadcast(ObjectNode request) {
        return send(HttpMethod.POST, "/v1/broadcasts", request, null);
    }

    /** A client token for a user of the app. */
    public String token(String user) throws CenterException, InterruptedException {
        Answer answer = await(
                send(HttpMethod.POST, "/v1/tokens", JSON.createObjectNode().put("user", user), null));
        if (!answer.ok()) {
            throw new CenterException("no token for " + user + ": " + answer.problem());
        }
        return answer.body().path("token").asText();
    }

    /** Escapes a path segment. */
    public static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        factory.close();
    }

    private WebClient client(URI center) {
        return WebClient.builder(center)
                .factory(factory)
                .responseTimeout(CALL_TIMEOUT)
                .maxResponseLength(ANSWER_BYTES_MAX)
                .build();
    }

    private CompletableFuture<Answer> send(
            HttpMethod method, String path, @Nullable JsonNode body, @Nullable String idempotencyKey) {
        int first = Math.floorMod(turn.getAndIncrement(), centers.size());
        CompletableFuture<Answer> attempt = attempt(first, method, path, body, idempotencyKey);
        for (int next = 1; next < centers.size(); next++) {
            int center = (first + next) % centers.size();
            attempt = attempt.exceptionallyCompose(failure -> neverReached(failure)
                    ? attempt(center, method, path, body, idempotencyKey)
                    : CompletableFuture.failedFuture(failure));
        }
        return attempt;
    }

    private CompletableFuture<Answer> attempt(
            int center, HttpMethod method, String path, @Nullable JsonNode body, @Nullable String idempotencyKey) {
        RequestHeadersBuilder headers =
                RequestHeaders.builder(method, path).add(HttpHeaderNames.AUTHORIZATION, "Bearer " + apiKey);
        if (idempotencyKey != null) {
            headers.add("Idempotency-Key", idempotencyKey);
        }
        HttpRequest request = body == null
                ? HttpRequest.of(headers.build())
                : HttpRequest.of(headers.contentType(MediaType.JSON).build(), HttpData.ofUtf8(body.toString()));
        return centers.get(center).execute(request).aggregate().thenApply(CenterClient::answer);
    }

    private static Answer answer(AggregatedHttpResponse response) {
        String body = response.contentUtf8();
        try {
            return new Answer(response.status().code(), JSON.readTree(body));
        } catch (JsonProcessingException e) {
            return new Answer(response.status().code(), JSON.createObjectNode().put("detail", body));
        }
    }

    private static boolean neverReached(Throwable failure) {
        return Exceptions.peel(failure) instanceof UnprocessedRequestException;
    }

    private Answer await(CompletableFuture<Answer> future) throws CenterException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String reason = cause instanceof IOException && cause.getMessage() != null
                    ? cause.getMessage()
                    : String.valueOf(cause);
            throw new CenterException(
                    "no answer from center ("
                            + centers.stream().map(WebClient::uri).toList() + "): " + reason
                            + "; ./carillon status shows the fleet",
                    e);
        }
    }
}

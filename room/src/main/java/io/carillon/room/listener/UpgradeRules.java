package io.carillon.room.listener;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a request has to be to become a WebSocket (RFC 6455, 4.2), and to be ours. Immutable. */
final class UpgradeRules {
    static final String PATH = "/v1/connect";
    static final String SUBPROTOCOL = "carillon.v1";
    static final String VERSION = "13";

    /** RFC 6455, 1.3. */
    private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int KEY_BYTES = 16;

    private final Set<String> origins;

    UpgradeRules(List<String> origins) {
        this.origins = Set.copyOf(origins);
    }

    /** What is wrong, as HTTP says it. */
    record Violation(HttpResponseStatus status, String text) {}

    /** Null: nothing is wrong. */
    @Nullable
    Violation violated(HttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            return new Violation(
                    HttpResponseStatus.BAD_REQUEST,
                    "not an HTTP request (expected: GET " + PATH + " with at most 8192 bytes of headers)");
        }
        HttpHeaders headers = request.headers();
        String path = path(request.uri());
        if (!path.equals(PATH)) {
            return new Violation(HttpResponseStatus.NOT_FOUND, "path: " + path + " (expected: " + PATH + ")");
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return new Violation(
                    HttpResponseStatus.METHOD_NOT_ALLOWED, "method: " + request.method() + " (expected: GET)");
        }
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            return new Violation(HttpResponseStatus.BAD_REQUEST, "the request (expected: HTTP/1.1, without a body)");
        }
        if (!headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            return new Violation(
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "no upgrade asked for (expected: connection: upgrade, and upgrade: websocket)");
        }
        return violatedAsWebSocket(headers);
    }

    private @Nullable Violation violatedAsWebSocket(HttpHeaders headers) {
        String version = headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "none");
        if (!version.trim().equals(VERSION)) {
            return new Violation(
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "sec-websocket-version: " + version + " (expected: " + VERSION + ")");
        }
        String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        if (!isKey(key.trim())) {
            return new Violation(
                    HttpResponseStatus.BAD_REQUEST, "sec-websocket-key (expected: 16 bytes in base64, once)");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !origins.isEmpty() && !origins.contains(origin)) {
            return new Violation(
                    HttpResponseStatus.FORBIDDEN, "origin: " + origin + " (expected: one that this listener allows)");
        }
        if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)
                && !headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL, false)) {
            return new Violation(
                    HttpResponseStatus.BAD_REQUEST,
                    "sec-websocket-protocol: " + headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL) + " (expected: "
                            + SUBPROTOCOL + " among them, or no such header)");
        }
        return null;
    }

    private static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The answer to the request's key. */
    static String accept(HttpRequest request) {
        String key =
                request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "").trim();
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}

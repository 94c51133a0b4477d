package io.carillon.center.http;

import com.linecorp.armeria.common.HttpStatus;
import java.util.Locale;

/** The stable codes of problems, each with its HTTP status. Names are part of the API: they are added, never changed. */
enum ProblemCode {
    MALFORMED_JSON(400, "The body is not a JSON object"),
    UNKNOWN_FIELD(400, "A field is not known"),
    INVALID_FIELD(400, "A field has an impossible value"),
    UNAUTHORIZED(401, "The key is missing or not valid"),
    APP_DISABLED(403, "The app is disabled"),
    NOT_FOUND(404, "There is no such thing"),
    METHOD_NOT_ALLOWED(405, "The route does not take this method"),
    REQUEST_TIMEOUT(408, "The request did not arrive in time"),
    CONFLICT(409, "It exists already or has changed meanwhile"),
    BROADCAST_OVER(409, "The broadcast is over"),
    NOT_PAUSED(409, "The broadcast is not paused"),
    NOT_DRAINABLE(409, "The node can't be drained"),
    NOT_PENDING(409, "The message is no longer pending"),
    PAYLOAD_TOO_LARGE(413, "The payload is too large"),
    BODY_TOO_LARGE(413, "The body is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body is not declared as JSON"),
    IDEMPOTENCY_CONFLICT(422, "The Idempotency-Key was used with another body"),
    TOO_MANY_USERS(422, "The aliases stand for too many users"),
    QUOTA_EXCEEDED(429, "The app's quota is used up"),
    REQUEST_INVALID(400, "The HTTP request is not valid"),
    INTERNAL(500, "The request failed for a reason of ours"),
    NOT_STORED(503, "Nothing was stored and nothing will be delivered"),
    OVERLOADED(503, "Too many requests are under way"),
    UNAVAILABLE(503, "A service behind this one is not reachable"),
    UNKNOWN(504, "It is not known whether the request took effect");

    private final int status;
    private final String title;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    HttpStatus status() {
        return HttpStatus.valueOf(status);
    }

    String title() {
        return title;
    }

    /** As in the API: lower case, with underscores. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

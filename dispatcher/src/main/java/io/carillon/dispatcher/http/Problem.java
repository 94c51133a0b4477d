package io.carillon.dispatcher.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;

/** A refusal as RFC 9457 writes it. The codes are stable: programs may rely on them. */
enum Problem {
    BAD_PARAMETER(400, "bad_parameter", "A parameter is missing or wrong", 0),
    UNKNOWN_APP(404, "unknown_app", "There is no such app", 0),
    NO_ROOMS(503, "no_rooms", "No room takes clients of this app now", 5),
    NOT_READY(503, "not_ready", "The apps are not known here yet", 2),
    METHOD_NOT_ALLOWED(405, "method_not_allowed", "Only GET is served here", 0);

    private static final MediaType TYPE = MediaType.create("application", "problem+json");

    private final int status;
    private final String code;
    private final String title;
    private final int retryAfterSeconds;

    Problem(int status, String code, String title, int retryAfterSeconds) {
        this.status = status;
        this.code = code;
        this.title = title;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    String code() {
        return code;
    }

    HttpResponse response(String detail) {
        String body = "{\"type\":\"about:blank\",\"title\":" + quoted(title) + ",\"status\":" + status + ",\"code\":"
                + quoted(code) + ",\"detail\":" + quoted(detail) + "}";
        ResponseHeadersBuilder headers = ResponseHeaders.builder(HttpStatus.valueOf(status))
                .contentType(TYPE)
                .add(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (retryAfterSeconds > 0) {
            headers.addInt(HttpHeaderNames.RETRY_AFTER, retryAfterSeconds);
        }
        return HttpResponse.of(headers.build(), HttpData.ofUtf8(body));
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}

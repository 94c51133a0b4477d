package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A refusal in the form of RFC 9457.
 *
 * @param detail what is wrong with this request: offender and expectation
 * @param field the offending field, empty for none
 * @param retryAfterSeconds 0: not said
 * @param more further members, null for none
 */
record Problem(
        ProblemCode code,
        String detail,
        String field,
        long retryAfterSeconds,
        @Nullable ObjectNode more) {
    private static final MediaType MEDIA_TYPE = MediaType.parse("application/problem+json; charset=utf-8");

    static Problem of(ProblemCode code, String detail) {
        return new Problem(code, detail, "", 0, null);
    }

    static Problem field(ProblemCode code, String field, String detail) {
        return new Problem(code, field + ": " + detail, field, 0, null);
    }

    static Problem retryAfter(ProblemCode code, long seconds, String detail) {
        return new Problem(code, detail, "", seconds, null);
    }

    Problem with(ObjectNode members) {
        return new Problem(code, detail, field, retryAfterSeconds, members);
    }

    HttpResponse toResponse() {
        ObjectNode body = Json.object()
                .put("type", "urn:carillon:problem:" + code.label())
                .put("title", code.title())
                .put("status", code.status().code())
                .put("code", code.label())
                .put("detail", detail);
        if (!field.isEmpty()) {
            body.put("field", field);
        }
        if (more != null) {
            body.setAll(more);
        }
        ResponseHeadersBuilder headers = ResponseHeaders.builder(code.status()).contentType(MEDIA_TYPE);
        if (retryAfterSeconds > 0) {
            headers.set(HttpHeaderNames.RETRY_AFTER, Long.toString(retryAfterSeconds));
        }
        if (code == ProblemCode.UNAUTHORIZED) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        return HttpResponse.of(headers.build(), HttpData.wrap(Json.bytes(body)));
    }
}

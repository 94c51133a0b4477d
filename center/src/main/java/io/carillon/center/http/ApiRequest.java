package io.carillon.center.http;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.carillon.center.message.MessageIds;
import io.carillon.contract.App;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A request that arrived whole and whose key was accepted.
 *
 * @param app the caller; a nameless one on routes that are not an app's
 */
record ApiRequest(ServiceRequestContext context, AggregatedHttpRequest http, App app) {
    /** The body, which must be declared as JSON where it is declared as anything. */
    byte[] body() {
        MediaType type = http.contentType();
        if (type != null && !type.isJson()) {
            throw new ProblemException(Problem.of(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE, "content-type: " + type + " (expected: application/json)"));
        }
        return http.content().array();
    }

    /** A part of the path, decoded. */
    String path(String name) {
        String value = context.pathParam(name);
        return value == null ? "" : value;
    }

    /** The id that the path names. */
    ByteString id() {
        return id("id", path("id"));
    }

    /** An id out of the query; empty where there is none. */
    ByteString queryId(String name) {
        String text = query(name);
        return text == null ? ByteString.EMPTY : id(name, text);
    }

    private static ByteString id(String name, String text) {
        if (text.length() == 2 * MessageIds.BYTES) {
            try {
                return ByteString.copyFrom(HexFormat.of().parseHex(text));
            } catch (IllegalArgumentException e) {
                // Refused together with what has another length.
            }
        }
        throw new ProblemException(Problem.field(
                ProblemCode.INVALID_FIELD,
                name,
                "not an id (expected: " + 2 * MessageIds.BYTES + " hexadecimal characters)"));
    }

    /** The user that the path names. */
    String user() {
        return UserNames.checked(path("user"));
    }

    @Nullable
    String header(String name) {
        return http.headers().get(name);
    }

    /** A user out of the query; empty where there is none. */
    String queryUser(String name) {
        String text = query(name);
        if (text == null) {
            return "";
        }
        String defect = UserNames.defect(text);
        if (defect != null) {
            throw new ProblemException(Problem.field(ProblemCode.INVALID_FIELD, name, defect));
        }
        return text;
    }

    /** A whole number out of the query, {@code absent} where there is none. */
    long query(String name, long min, long max, long absent) {
        String text = query(name);
        if (text == null) {
            return absent;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused together with what is out of range.
        }
        throw new ProblemException(Problem.field(
                ProblemCode.INVALID_FIELD,
                name,
                "not usable (expected: a whole number from " + min + " to " + max + ")"));
    }

    private @Nullable String query(String name) {
        return QueryParams.fromQueryString(context.query() == null ? "" : context.query())
                .get(name);
    }
}

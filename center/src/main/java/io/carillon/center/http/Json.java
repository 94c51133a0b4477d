package io.carillon.center.http;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HexFormat;

/** JSON in and out: strict about duplicate names, trailing text and depth. */
final class Json {
    private static final int DEPTH_MAX = 8;
    private static final ObjectMapper MAPPER = JsonMapper.builder(new JsonFactoryBuilder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fields of a body that must be one JSON object. */
    static JsonFields read(byte[] body) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw new ProblemException(Problem.of(
                    ProblemCode.MALFORMED_JSON,
                    "body: " + e.getOriginalMessage() + " (expected: one JSON object in UTF-8)"));
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(ProblemCode.MALFORMED_JSON, "body: not readable (expected: one JSON object in UTF-8)"));
        }
        if (!(node instanceof ObjectNode fields)) {
            throw new ProblemException(
                    Problem.of(ProblemCode.MALFORMED_JSON, "body: not an object (expected: one JSON object in UTF-8)"));
        }
        return new JsonFields("", fields);
    }

    static HttpResponse ok(ObjectNode body) {
        return answer(HttpStatus.OK, body);
    }

    static HttpResponse answer(HttpStatus status, ObjectNode body) {
        return HttpResponse.of(status, MediaType.JSON_UTF_8, HttpData.wrap(bytes(body)));
    }

    /** An id as in the API: lower-case hexadecimal. */
    static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    /** RFC 3339 from milliseconds since 1970. */
    static String time(long epochMs) {
        return Instant.ofEpochMilli(epochMs).toString();
    }
}

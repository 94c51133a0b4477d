package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    private final ApiFixture fixture = new ApiFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void describesExactlyTheRoutesThatAreServed() {
        JsonNode contract = fixture.get("/openapi.json").json();

        List<String> described = new ArrayList<>();
        contract.path("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(fixture.api.routes().stream()
                        .map(route -> route.method() + " " + route.path())
                        .toList());
    }

    @Test
    void saysWhoMayCallEachRoute() {
        JsonNode contract = fixture.get("/openapi.json").json();

        for (ApiRoute route : fixture.api.routes()) {
            JsonNode security = contract.path("paths")
                    .path(route.path())
                    .path(route.method().name().toLowerCase(Locale.ROOT))
                    .path("security");
            String expected =
                    switch (route.access()) {
                        case OPEN -> "[]";
                        case APP -> "[{\"apiKey\":[]}]";
                        case ADMIN -> "[{\"adminKey\":[]}]";
                    };
            assertThat(security.toString()).as(route.path()).isEqualTo(expected);
        }
    }

    @Test
    void refersOnlyToWhatItDefines() {
        JsonNode contract = fixture.get("/openapi.json").json();

        List<String> references = contract.findValuesAsText("$ref");

        assertThat(references).isNotEmpty().allMatch(reference -> !contract.at(reference.substring(1))
                .isMissingNode());
    }

    @Test
    void describesEveryFieldThatAPostTakes() {
        JsonNode fields = fixture.get("/openapi.json").json().at("/components/schemas/PostMessage/properties");
        List<String> names = new ArrayList<>();
        fields.fieldNames().forEachRemaining(names::add);

        for (String name : names) {
            ApiFixture.Answer answer = fixture.post("/v1/messages", "{\"to\":{\"users\":[]},\"" + name + "\":null}");
            assertThat(answer.code()).as(name).isNotEqualTo("unknown_field");
        }
        assertThat(names).contains("to", "payload", "notice", "ttl_seconds", "qos", "min_copies", "send_at");
    }

    @Test
    void describesEveryFieldThatABroadcastTakes() {
        JsonNode fields = fixture.get("/openapi.json").json().at("/components/schemas/PostBroadcast/properties");
        List<String> names = new ArrayList<>();
        fields.fieldNames().forEachRemaining(names::add);

        for (String name : names) {
            // Without a saver: a body that is read whole is not stored.
            String more = name.equals("audience") || name.equals("payload") ? "" : ",\"" + name + "\":null";
            ApiFixture.Answer answer =
                    fixture.post("/v1/broadcasts", "{\"audience\":{\"all\":true},\"payload\":\"x\"" + more + "}");
            assertThat(answer.code()).as(name).isEqualTo("unavailable");
        }
        assertThat(names).contains("audience", "payload", "notice", "rate_per_second", "parallel", "dry_run");
    }
}

package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.PutRequest;
import io.carillon.runtime.contract.SaverMethods;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BadInputTest {
    private static final String FINE = "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\"}";

    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet.addSaver("saver-1").answer(SaverMethods.PUT, fixture::storeAll);

    @AfterEach
    void close() {
        fixture.close();
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                arguments("", "malformed_json", ""),
                arguments("{", "malformed_json", ""),
                arguments("[]", "malformed_json", ""),
                arguments("{} {}", "malformed_json", ""),
                arguments("{\"payload\":\"a\",\"payload\":\"b\"}", "malformed_json", ""),
                arguments("[".repeat(5_000), "malformed_json", ""),
                arguments("{\"payload\":\"x\"}", "invalid_field", "to"),
                arguments("{\"to\":[],\"payload\":\"x\"}", "invalid_field", "to"),
                arguments("{\"to\":{},\"payload\":\"x\"}", "invalid_field", "to.users"),
                arguments("{\"to\":{\"users\":[]},\"payload\":\"x\"}", "invalid_field", "to.users"),
                arguments("{\"to\":{\"users\":\"ann\"},\"payload\":\"x\"}", "invalid_field", "to.users"),
                arguments("{\"to\":{\"users\":[7]},\"payload\":\"x\"}", "invalid_field", "to.users[0]"),
                arguments("{\"to\":{\"users\":[\"\"]},\"payload\":\"x\"}", "invalid_field", "to.users[0]"),
                arguments("{\"to\":{\"users\":[\"a\\u0000b\"]},\"payload\":\"x\"}", "invalid_field", "to.users[0]"),
                arguments("{\"to\":{\"users\":[\"\\ud800\"]},\"payload\":\"x\"}", "invalid_field", "to.users[0]"),
                arguments("{\"to\":{\"users\":[\"a\",\"a\"]},\"payload\":\"x\"}", "invalid_field", "to.users[1]"),
                arguments(
                        "{\"to\":{\"users\":[\"" + "é".repeat(33) + "\"]},\"payload\":\"x\"}",
                        "invalid_field",
                        "to.users[0]"),
                arguments(
                        "{\"to\":{\"users\":["
                                + IntStream.range(0, 1_001)
                                        .mapToObj(i -> "\"" + i + "\"")
                                        .collect(Collectors.joining(","))
                                + "]},\"payload\":\"x\"}",
                        "invalid_field",
                        "to.users"),
                arguments("{\"to\":{\"users\":[\"a\"],\"tag\":1},\"payload\":\"x\"}", "unknown_field", "to.tag"),
                arguments(
                        "{\"to\":{\"users\":[\"a\"],\"aliases\":[]},\"payload\":\"x\"}", "invalid_field", "to.aliases"),
                arguments("{\"to\":{\"aliases\":[\"\"]},\"payload\":\"x\"}", "invalid_field", "to.aliases[0]"),
                arguments("{\"to\":{\"users\":[],\"aliases\":[\"a\"]},\"payload\":\"x\"}", "invalid_field", "to.users"),
                arguments("{\"to\":{},\"payload\":\"x\"}", "invalid_field", "to.users"),
                arguments("{\"to\":{\"users\":[\"a\"]}}", "invalid_field", "payload"),
                arguments(
                        "{\"to\":{\"users\":[\"a\"]},\"payload\":\"x\",\"payload_base64\":\"eA==\"}",
                        "invalid_field",
                        "payload"),
                arguments("{\"to\":{\"users\":[\"a\"]},\"payload\":{}}", "invalid_field", "payload"),
                arguments("{\"to\":{\"users\":[\"a\"]},\"payload_base64\":\"?\"}", "invalid_field", "payload_base64"),
                with("\"ttl_seconds\":0", "invalid_field", "ttl_seconds"),
                with("\"ttl_seconds\":2419201", "invalid_field", "ttl_seconds"),
                with("\"ttl_seconds\":1.5", "invalid_field", "ttl_seconds"),
                with("\"ttl_seconds\":\"60\"", "invalid_field", "ttl_seconds"),
                with("\"ttl_seconds\":99999999999999999999", "invalid_field", "ttl_seconds"),
                with("\"qos\":2", "invalid_field", "qos"),
                with("\"collapse_key\":\"\"", "invalid_field", "collapse_key"),
                with("\"collapse_key\":\"" + "k".repeat(65) + "\"", "invalid_field", "collapse_key"),
                with("\"durability\":\"disk\"", "invalid_field", "durability"),
                with("\"min_copies\":3", "invalid_field", "min_copies"),
                with("\"min_copies\":2,\"durability\":\"redis\"", "invalid_field", "min_copies"),
                with("\"qos\":0,\"collapse_key\":\"k\"", "invalid_field", "collapse_key"),
                with("\"qos\":0,\"min_copies\":1", "invalid_field", "min_copies"),
                with("\"send_at\":\"2999-01-01T00:00:00Z\"", "invalid_field", "send_at"),
                with("\"send_at\":\"tomorrow\"", "invalid_field", "send_at"),
                with("\"notice\":{\"key\":\"k\"}", "invalid_field", "notice"),
                notice("{}", "invalid_field", "notice.key"),
                notice("{\"key\":\"\"}", "invalid_field", "notice.key"),
                notice("{\"key\":\"" + "ä".repeat(128) + "k\"}", "invalid_field", "notice.key"),
                notice("{\"key\":\"k\",\"not_before\":\"tomorrow\"}", "invalid_field", "notice.not_before"),
                notice("{\"key\":\"k\",\"not_before\":\"2030-01-01T10:00Z\"}", "invalid_field", "notice.not_before"),
                notice("{\"key\":\"k\",\"not_before\":\"2030-02-30T10:00:00Z\"}", "invalid_field", "notice.not_before"),
                notice("{\"key\":\"k\",\"not_before\":1800000000000}", "invalid_field", "notice.not_before"),
                notice("{\"key\":\"k\",\"spread_seconds\":-1}", "invalid_field", "notice.spread_seconds"),
                notice("{\"key\":\"k\",\"spread_seconds\":86401}", "invalid_field", "notice.spread_seconds"),
                notice("{\"key\":\"k\",\"url\":\"x\"}", "unknown_field", "notice.url"),
                notice("\"k\"", "invalid_field", "notice"),
                notice("{\"key\":\"k\"},\"qos\":0", "invalid_field", "notice"),
                with("\"priority\":1", "unknown_field", "priority"));
    }

    private static Arguments with(String more, String code, String field) {
        return arguments("{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\"," + more + "}", code, field);
    }

    private static Arguments notice(String notice, String code, String field) {
        return arguments("{\"to\":{\"users\":[\"ann\"]},\"notice\":" + notice + "}", code, field);
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void refusesTheBodyByNameAndStoresNothing(String body, String code, String field) {
        ApiFixture.Answer answer = fixture.post("/v1/messages", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
        assertThat(answer.json().path("status").asInt()).isEqualTo(400);
        assertThat(answer.json().path("title").asText()).isNotEmpty();
        assertThat(answer.json().path("detail").asText()).isNotEmpty();
        assertThat(answer.header("content-type")).startsWith("application/problem+json");
        assertThat(saver.requests(PutRequest.class)).isEmpty();
        assertThat(fixture.post("/v1/messages", FINE).status()).isEqualTo(200);
    }

    @Test
    void takesAPayloadOfExactlyTheLimitAndRefusesOneByteMore() {
        String head = "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"";

        assertThat(fixture.post("/v1/messages", head + "x".repeat(32 * 1024) + "\"}")
                        .status())
                .isEqualTo(200);
        ApiFixture.Answer refused = fixture.post("/v1/messages", head + "x".repeat(32 * 1024 + 1) + "\"}");
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.code()).isEqualTo("payload_too_large");
    }

    @Test
    void refusesABodyOverTheLimit() {
        ApiFixture.Answer refused = fixture.post("/v1/messages", "x".repeat((1 << 20) + 1));

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.code()).isEqualTo("body_too_large");
    }

    @Test
    void refusesAMissingWrongOrForeignKey() {
        assertThat(fixture.send("POST", "/v1/messages", FINE, "").code()).isEqualTo("unauthorized");
        assertThat(fixture.send("POST", "/v1/messages", FINE, "wrong").status()).isEqualTo(401);
        assertThat(fixture.send("POST", "/v1/messages", FINE, ApiFixture.ADMIN_KEY)
                        .status())
                .isEqualTo(401);
        ApiFixture.Answer admin = fixture.send("GET", "/admin/v1/apps", null, ApiFixture.API_KEY);
        assertThat(admin.status()).isEqualTo(401);
        assertThat(admin.header("www-authenticate")).isEqualTo("Bearer");
    }

    @Test
    void refusesADisabledApp() {
        fixture.apps.replace(
                2, List.of(ApiFixture.DEMO.toBuilder().setDisabled(true).build()));

        ApiFixture.Answer answer = fixture.post("/v1/messages", FINE);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("app_disabled");
    }

    @Test
    void refusesAnotherMediaType() {
        assertThat(fixture.post("/v1/messages", FINE, "content-type", "text/xml")
                        .status())
                .isEqualTo(415);
    }

    @Test
    void refusesAKeyThatCantBeAnIdempotencyKey() {
        ApiFixture.Answer answer = fixture.post("/v1/messages", FINE, "idempotency-key", "k".repeat(256));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo("Idempotency-Key");
    }

    @Test
    void answersUnknownRoutesAndMethodsWithProblems() {
        ApiFixture.Answer route = fixture.get("/v1/nothing");
        assertThat(route.status()).isEqualTo(404);
        assertThat(route.code()).isEqualTo("not_found");
        ApiFixture.Answer method = fixture.delete("/v1/messages");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.code()).isEqualTo("method_not_allowed");
    }

    @Test
    void refusesIdsAndUsersInPathsThatCantBe() {
        assertThat(fixture.get("/v1/messages/xyz").json().path("field").asText())
                .isEqualTo("id");
        assertThat(fixture.get("/v1/requests/" + "g".repeat(32)).code()).isEqualTo("invalid_field");
        assertThat(fixture.get("/v1/users/" + "u".repeat(65)).code()).isEqualTo("invalid_field");
        assertThat(fixture.get("/v1/users/ann/messages?limit=0")
                        .json()
                        .path("field")
                        .asText())
                .isEqualTo("limit");
        assertThat(fixture.get("/v1/users/ann/messages?cursor=x").code()).isEqualTo("invalid_field");
    }

    @Test
    void refusesWhatIsMoreThanItTakesAtATime() {
        try (ApiFixture full = new ApiFixture(new ApiBounds(1, 10, 1 << 20, Duration.ofSeconds(30)))) {
            ApiFixture.Answer answer = full.post("/v1/messages", FINE);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("overloaded");
            assertThat(answer.header("retry-after")).isEqualTo("1");
        }
    }

    @Test
    void givesUpOnABodyThatDoesNotCome() throws Exception {
        try (ApiFixture hasty = new ApiFixture(new ApiBounds(8, 1 << 20, 1 << 20, Duration.ofMillis(300)));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), hasty.port())) {
            String head = "POST /v1/messages HTTP/1.1\r\nhost: a\r\nauthorization: Bearer " + ApiFixture.API_KEY
                    + "\r\ncontent-length: 100\r\n\r\n{";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));

            String status = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();

            assertThat(status).startsWith("HTTP/1.1 408");
            Awaitility.await().until(() -> hasty.api.inFlight() == 0);
        }
    }

    static Stream<Arguments> tokens() {
        return Stream.of(
                arguments("{}", "user"),
                arguments("{\"user\":\"\"}", "user"),
                arguments("{\"user\":\"ann\",\"ttl_seconds\":0}", "ttl_seconds"),
                arguments("{\"user\":\"ann\",\"ttl_seconds\":86401}", "ttl_seconds"),
                arguments("{\"user\":\"ann\",\"role\":\"x\"}", "role"));
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void refusesATokenRequestByName(String body, String field) {
        ApiFixture.Answer answer = fixture.post("/v1/tokens", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
    }

    static Stream<Arguments> webhooks() {
        return Stream.of(
                arguments("{}", "uplinks"),
                arguments("{\"uplinks\":[{}]}", "uplinks[0].url"),
                arguments("{\"uplinks\":[{\"url\":\"ftp://a.example/\"}]}", "uplinks[0].url"),
                arguments("{\"uplinks\":[{\"url\":\"https://u:p@a.example/\"}]}", "uplinks[0].url"),
                arguments("{\"uplinks\":[{\"url\":\"/hook\"}]}", "uplinks[0].url"),
                arguments("{\"uplinks\":[{\"url\":\"https://a b\"}]}", "uplinks[0].url"),
                arguments(
                        "{\"uplinks\":[{\"url\":\"https://a.example\",\"forward_types\":[\"\"]}]}",
                        "uplinks[0].forward_types"),
                arguments("{\"uplinks\":[],\"secret\":\"abc\"}", "secret"),
                arguments("{\"uplinks\":[],\"secret\":\"whsec_AAAA\"}", "secret"),
                arguments("{\"uplinks\":[],\"presence\":{}}", "presence.url"),
                arguments(
                        "{\"uplinks\":[],\"presence\":{\"url\":\"https://a.example\",\"tags_any\":[]}}",
                        "presence.tags_any"),
                arguments(
                        "{\"uplinks\":[],\"presence\":{\"url\":\"https://a.example\",\"tags_any\":[\"a\",\"\"]}}",
                        "presence.tags_any[1]"),
                arguments("{\"uplinks\":[],\"presence\":{\"tags_any\":[\"a\"]}}", "presence.url"),
                arguments(
                        "{\"uplinks\":[],\"receipts\":{\"url\":\"https://a.example\",\"tags_any\":[\"a\"]}}",
                        "receipts.tags_any"),
                arguments("{\"uplinks\":[],\"receipts\":{\"url\":\"ftp://a.example\"}}", "receipts.url"),
                arguments("{\"uplinks\":[],\"other\":1}", "other"));
    }

    @ParameterizedTest
    @MethodSource("webhooks")
    void refusesWebhooksByName(String body, String field) {
        ApiFixture.Answer answer = fixture.send("PUT", "/v1/webhooks", body, ApiFixture.API_KEY);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
    }

    static Stream<Arguments> apps() {
        return Stream.of(
                arguments("{}", "id"),
                arguments("{\"id\":\"Big\"}", "id"),
                arguments("{\"id\":\"a\",\"api_key\":\"short\"}", "api_key"),
                arguments("{\"id\":\"a\",\"client_secret\":\"short\"}", "client_secret"),
                arguments("{\"id\":\"a\",\"api_key\":\"a key with blanks in it\"}", "api_key"),
                arguments("{\"id\":\"a\",\"token_ttl_max_seconds\":0}", "token_ttl_max_seconds"),
                arguments("{\"id\":\"a\",\"messages_per_second\":-1}", "messages_per_second"),
                arguments("{\"id\":\"a\",\"pools\":[\"\"]}", "pools"),
                arguments("{\"id\":\"a\",\"disabled\":\"no\"}", "disabled"),
                arguments("{\"id\":\"a\",\"uplink_durability\":\"x\"}", "uplink_durability"),
                arguments("{\"id\":\"a\",\"colour\":\"x\"}", "colour"));
    }

    @ParameterizedTest
    @MethodSource("apps")
    void refusesAnAppByName(String body, String field) {
        ApiFixture.Answer answer = fixture.admin("POST", "/admin/v1/apps", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
    }
}

package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.DeadLetter;
import io.carillon.contract.DeadLettersReplayRequest;
import io.carillon.contract.DeadLettersReplayResponse;
import io.carillon.contract.DeadLettersRequest;
import io.carillon.contract.DeadLettersResponse;
import io.carillon.contract.EventKind;
import io.carillon.contract.PresenceEvent;
import io.carillon.contract.ReceiptEvent;
import io.carillon.contract.UplinkEntry;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.SaverMethods;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterRoutesTest {
    private static final String PATH = "/v1/webhooks/dead-letters";

    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet.addSaver("saver-1");

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void listsWhatTheSaverHasAndWhereToGoOn() {
        saver.answer(SaverMethods.DEAD_LETTERS, request -> DeadLettersResponse.newBuilder()
                .addLetters(DeadLetter.newBuilder()
                        .setId("17")
                        .setEntry(UplinkEntry.newBuilder()
                                .setUser("ann")
                                .setForwardType("chat")
                                .setClientId("c1")
                                .setPayload(ByteString.copyFromUtf8("hi"))
                                .setReceivedAtMs(1_000))
                        .setAttempts(10)
                        .setDiedAtMs(2_000)
                        .setError("the endpoint answered 500"))
                .setMore(true)
                .build());

        ApiFixture.Answer answer = fixture.get(PATH + "?limit=1&cursor=16");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.http().body())
                .isEqualTo(
                        "{\"dead_letters\":[{\"id\":\"17\",\"type\":\"uplink.received\",\"user\":\"ann\",\"forward_type\":\"chat\","
                                + "\"client_id\":\"c1\",\"payload_base64\":\"aGk=\",\"received_at\":\"1970-01-01T00:00:01Z\","
                                + "\"died_at\":\"1970-01-01T00:00:02Z\",\"attempts\":10,"
                                + "\"error\":\"the endpoint answered 500\"}],\"cursor\":\"17\"}");
        assertThat(saver.requests(DeadLettersRequest.class))
                .containsExactly(DeadLettersRequest.newBuilder()
                        .setApp("demo")
                        .setLimit(1)
                        .setAfterId(16)
                        .build());
    }

    @Test
    void listsPresenceAndReceipts() {
        saver.answer(SaverMethods.DEAD_LETTERS, request -> DeadLettersResponse.newBuilder()
                .addLetters(DeadLetter.newBuilder()
                        .setId("1")
                        .setEntry(UplinkEntry.newBuilder()
                                .setKind(EventKind.EVENT_KIND_PRESENCE)
                                .setPresence(PresenceEvent.newBuilder()
                                        .setOnline(true)
                                        .setVersion(7))))
                .addLetters(DeadLetter.newBuilder()
                        .setId("2")
                        .setEntry(UplinkEntry.newBuilder()
                                .setKind(EventKind.EVENT_KIND_RECEIPT)
                                .setReceipt(ReceiptEvent.newBuilder()
                                        .setState("acked")
                                        .setMessageId(ByteString.copyFrom(new byte[] {10})))))
                .build());

        var letters = fixture.get(PATH).json().path("dead_letters");

        assertThat(letters.get(0).path("type").asText()).isEqualTo("presence.changed");
        assertThat(letters.get(0).path("presence").path("state").asText()).isEqualTo("online");
        assertThat(letters.get(1).path("type").asText()).isEqualTo("message.acked");
        assertThat(letters.get(1).path("receipt").path("message_id").asText()).isEqualTo("0a");
    }

    @Test
    void givesNoCursorOnTheLastPage() {
        saver.answer(SaverMethods.DEAD_LETTERS, request -> DeadLettersResponse.getDefaultInstance());

        assertThat(fixture.get(PATH).http().body()).isEqualTo("{\"dead_letters\":[]}");
        assertThat(saver.requests(DeadLettersRequest.class).getFirst().getLimit())
                .isEqualTo(50);
    }

    @Test
    void replaysThoseThatAreNamedOrAll() {
        saver.answer(SaverMethods.DEAD_LETTERS_REPLAY, request -> DeadLettersReplayResponse.newBuilder()
                .setReplayed(request.getAll() ? 9 : request.getIdsCount())
                .build());

        assertThat(fixture.post(PATH + "/replay", "{\"ids\":[\"17\",\"18\"]}")
                        .http()
                        .body())
                .isEqualTo("{\"replayed\":2}");
        assertThat(fixture.post(PATH + "/replay", "{\"all\":true}").http().body())
                .isEqualTo("{\"replayed\":9}");
        assertThat(saver.requests(DeadLettersReplayRequest.class))
                .containsExactly(
                        DeadLettersReplayRequest.newBuilder()
                                .setApp("demo")
                                .addIds("17")
                                .addIds("18")
                                .build(),
                        DeadLettersReplayRequest.newBuilder()
                                .setApp("demo")
                                .setAll(true)
                                .build());
    }

    @Test
    void tellsAReadThatFailedFromAReplayThatMayHaveHappened() {
        saver.fail(SaverMethods.DEAD_LETTERS, RpcStatus.FAILED);
        saver.fail(SaverMethods.DEAD_LETTERS_REPLAY, RpcStatus.FAILED);

        assertThat(fixture.get(PATH).status()).isEqualTo(503);
        assertThat(fixture.post(PATH + "/replay", "{\"all\":true}").status()).isEqualTo(504);
        assertThat(saver.requests(DeadLettersReplayRequest.class)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"limit=0,limit", "limit=101,limit", "limit=x,limit", "cursor=-1,cursor", "cursor=x,cursor"})
    void refusesAPageThatCantBe(String query, String field) {
        ApiFixture.Answer answer = fixture.get(PATH + "?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
        assertThat(saver.requests(DeadLettersRequest.class)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|ids",
                "{\"all\":false}|ids",
                "{\"ids\":[\"1\"],\"all\":true}|ids",
                "{\"ids\":[]}|ids",
                "{\"ids\":\"1\"}|ids",
                "{\"ids\":[1]}|ids[0]",
                "{\"ids\":[\"1\",\"x\"]}|ids[1]",
                "{\"ids\":[\"-1\"]}|ids[0]",
                "{\"ids\":[\"1234567890123456789\"]}|ids[0]",
                "{\"all\":\"yes\"}|all",
                "{\"all\":true,\"user\":\"ann\"}|user"
            })
    void refusesAReplayByName(String body, String field) {
        ApiFixture.Answer answer = fixture.post(PATH + "/replay", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
        assertThat(saver.requests(DeadLettersReplayRequest.class)).isEmpty();
    }

    @Test
    void refusesMoreIdsThanItTakes() {
        String ids = IntStream.range(0, 1_001).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(","));

        assertThat(fixture.post(PATH + "/replay", "{\"ids\":[" + ids + "]}").code())
                .isEqualTo("invalid_field");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"all\":true"})
    void refusesABodyThatIsNoObject(String body) {
        assertThat(fixture.post(PATH + "/replay", body).code()).isEqualTo("malformed_json");
    }

    @Test
    void asksForAnAppsKey() {
        assertThat(fixture.send("GET", PATH, null, "").status()).isEqualTo(401);
        assertThat(fixture.send("POST", PATH + "/replay", "{\"all\":true}", ApiFixture.ADMIN_KEY)
                        .status())
                .isEqualTo(401);
    }
}

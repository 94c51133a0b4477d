package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.DeliverResponse;
import io.carillon.contract.ForgetResponse;
import io.carillon.contract.LabelKind;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.LookupRequest;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.Presence;
import io.carillon.contract.PutRequest;
import io.carillon.contract.ResolveRequest;
import io.carillon.contract.ResolveResponse;
import io.carillon.contract.Route;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tags, aliases, and messages to aliases. */
class LabelRoutesTest {
    private static final UserKey ANN =
            UserKey.newBuilder().setApp("demo").setUser("ann").build();
    private static final String TO_FAMILY = "{\"to\":{\"aliases\":[\"family\"]},\"payload\":\"x\"}";

    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet
            .addSaver("saver-1")
            .answer(SaverMethods.PUT, fixture::storeAll)
            .answer(SaverMethods.LABELS_CHANGE, request -> LabelsChangeResponse.newBuilder()
                    .addLabels("blue")
                    .addLabels("red")
                    .setChanged(true)
                    .setTagsVersion(7)
                    .build());

    @AfterEach
    void close() {
        fixture.close();
    }

    private ApiFixture.Answer send(String method, String path, String body) {
        return fixture.send(method, path, body, ApiFixture.API_KEY);
    }

    private LabelsChangeRequest asked() {
        return saver.requests(LabelsChangeRequest.class).getFirst();
    }

    private FakePeer annIn(String room) {
        fixture.fleet.addRegister("register-1").answer(RegisterMethods.LOOKUP, request -> LookupResponse.newBuilder()
                .addResults(LookupResult.newBuilder()
                        .setPresence(Presence.PRESENCE_ONLINE)
                        .setRoute(Route.newBuilder()
                                .setRoom(room)
                                .setIncarnation(3)
                                .setConnectionId(9)))
                .build());
        return fixture.fleet.addRoom(room).answer(RoomMethods.DELIVER, request -> DeliverResponse.newBuilder()
                .addOutcomes(DeliverOutcome.DELIVER_OUTCOME_LATER)
                .build());
    }

    @Test
    void replacesTagsAndHasTheRoomLoadThem() {
        FakePeer room = annIn("room-1");

        ApiFixture.Answer answer = send("PUT", "/v1/users/ann/tags", "{\"tags\":[\"red\",\"blue\"]}");

        assertThat(answer.http().body()).isEqualTo("{\"tags\":[\"blue\",\"red\"]}");
        assertThat(asked())
                .isEqualTo(LabelsChangeRequest.newBuilder()
                        .setUser(ANN)
                        .setReplace(true)
                        .addAdd("red")
                        .addAdd("blue")
                        .build());
        Awaitility.await().until(() -> !room.requests(DeliverRequest.class).isEmpty());
        DeliverEntry hint = room.requests(DeliverRequest.class).getFirst().getEntries(0);
        assertThat(hint.getHint()).isTrue();
        assertThat(hint.getUser()).isEqualTo("ann");
        assertThat(hint.getTagsVersion()).isEqualTo(7);
    }

    @Test
    void givesTheHintAgainWhereItIsNotKnownWhetherItArrived() {
        FakePeer register = fixture.fleet.addRegister("register-1").fail(RegisterMethods.LOOKUP, RpcStatus.FAILED);

        send("PUT", "/v1/users/ann/tags", "{\"tags\":[]}");

        Awaitility.await().until(() -> register.requests(LookupRequest.class).size() >= 2);
    }

    @Test
    void addsAndRemoves() {
        assertThat(send("PATCH", "/v1/users/ann/tags", "{\"add\":[\"red\"],\"remove\":[\"green\"]}")
                        .status())
                .isEqualTo(200);

        assertThat(asked())
                .isEqualTo(LabelsChangeRequest.newBuilder()
                        .setUser(ANN)
                        .addAdd("red")
                        .addRemove("green")
                        .build());
    }

    @Test
    void setsAliasesWhichNoRoomHasToKnow() {
        FakePeer room = annIn("room-1");

        ApiFixture.Answer answer = send("PUT", "/v1/users/ann/aliases", "{\"aliases\":[\"family\"]}");
        send("PATCH", "/v1/users/ann/aliases", "{\"remove\":[\"family\"]}");

        assertThat(answer.http().body()).isEqualTo("{\"aliases\":[\"blue\",\"red\"]}");
        assertThat(saver.requests(LabelsChangeRequest.class))
                .extracting(LabelsChangeRequest::getKind)
                .containsOnly(LabelKind.LABEL_KIND_ALIAS);
        assertThat(room.requests(DeliverRequest.class)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT|{}|tags",
                "PUT|{\"tags\":\"red\"}|tags",
                "PUT|{\"tags\":[\"\"]}|tags[0]",
                "PUT|{\"tags\":[1]}|tags[0]",
                "PUT|{\"tags\":[],\"add\":[]}|add",
                "PATCH|{}|add",
                "PATCH|{\"tags\":[]}|tags",
                "PATCH|{\"add\":[\"a\",\"b\\u0000\"]}|add[1]",
                "PATCH|{\"add\":[\"a\"],\"remove\":[\"b\",\"a\"]}|remove[1]"
            })
    void refusesByName(String method, String body, String field) {
        ApiFixture.Answer answer = send(method, "/v1/users/ann/tags", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
        assertThat(saver.requests(LabelsChangeRequest.class)).isEmpty();
    }

    @Test
    void tellsWhatSaverRefused() {
        saver.answer(SaverMethods.LABELS_CHANGE, request -> LabelsChangeResponse.newBuilder()
                .setError("tags: 101 (expected: at most 100 a user)")
                .build());

        ApiFixture.Answer answer = send("PATCH", "/v1/users/ann/tags", "{\"add\":[\"red\"]}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("detail").asText()).contains("101");
    }

    @Test
    void tellsThatAChangeMayHaveHappened() {
        saver.fail(SaverMethods.LABELS_CHANGE, RpcStatus.FAILED);

        assertThat(send("PUT", "/v1/users/ann/tags", "{\"tags\":[]}").status()).isEqualTo(504);
    }

    @Test
    void hasTheRoomLoadAfterAUserWasForgotten() {
        FakePeer room = annIn("room-1");
        saver.answer(
                SaverMethods.FORGET,
                request -> ForgetResponse.newBuilder().setTagsVersion(8).build());

        fixture.delete("/v1/users/ann");

        Awaitility.await().until(() -> !room.requests(DeliverRequest.class).isEmpty());
        assertThat(room.requests(DeliverRequest.class).getFirst().getEntries(0).getTagsVersion())
                .isEqualTo(8);
    }

    @Test
    void sendsToTheUsersBehindAliasesAndToOthersOnceEach() {
        saver.answer(SaverMethods.RESOLVE, request -> ResolveResponse.newBuilder()
                .addUsers("ann")
                .addUsers("bob")
                .build());

        ApiFixture.Answer answer = fixture.post(
                "/v1/messages", "{\"to\":{\"users\":[\"cid\",\"bob\"],\"aliases\":[\"family\"]},\"payload\":\"x\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("results").findValuesAsText("user")).containsExactly("cid", "bob", "ann");
        assertThat(saver.requests(ResolveRequest.class))
                .containsExactly(ResolveRequest.newBuilder()
                        .setApp("demo")
                        .addAliases("family")
                        .setUsersMax(1_000)
                        .build());
    }

    @Test
    void givesAKeyedMessageTheSameIdByUserHoweverItIsAddressed() {
        saver.answer(
                SaverMethods.RESOLVE,
                request -> ResolveResponse.newBuilder().addUsers("ann").build());

        String byAlias = id(fixture.post("/v1/messages", TO_FAMILY, "Idempotency-Key", "k"));
        String byName = id(fixture.post(
                "/v1/messages", "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\"}", "Idempotency-Key", "k"));

        assertThat(byAlias).isEqualTo(byName);
    }

    private static String id(ApiFixture.Answer answer) {
        return answer.json().path("results").get(0).path("message_id").asText();
    }

    @Test
    void sendsNothingWhereAnAliasHasNoUsers() {
        saver.answer(SaverMethods.RESOLVE, request -> ResolveResponse.getDefaultInstance());

        ApiFixture.Answer answer = fixture.post("/v1/messages", TO_FAMILY);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("results")).isEmpty();
        assertThat(answer.json().path("request_id").asText()).hasSize(32);
        assertThat(saver.requests(PutRequest.class)).isEmpty();
    }

    @Test
    void refusesAliasesThatStandForTooManyUsers() {
        saver.answer(SaverMethods.RESOLVE, request -> ResolveResponse.newBuilder()
                .addAllUsers(names(1_000))
                .build());
        assertThat(fixture.post("/v1/messages", TO_FAMILY).json().path("results"))
                .hasSize(1_000);

        ApiFixture.Answer together = fixture.post(
                "/v1/messages", "{\"to\":{\"users\":[\"ann\"],\"aliases\":[\"family\"]},\"payload\":\"x\"}");
        assertThat(together.status()).isEqualTo(422);
        assertThat(together.code()).isEqualTo("too_many_users");
        assertThat(together.json().path("field").asText()).isEqualTo("to.aliases");

        saver.answer(SaverMethods.RESOLVE, request -> ResolveResponse.newBuilder()
                .addAllUsers(names(1_000))
                .setMore(true)
                .build());
        assertThat(fixture.post("/v1/messages", TO_FAMILY).code()).isEqualTo("too_many_users");
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "u" + i).toList();
    }

    @Test
    void refusesMoreAliasesThanItTakes() {
        String aliases = IntStream.range(0, 101).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(","));

        ApiFixture.Answer answer =
                fixture.post("/v1/messages", "{\"to\":{\"aliases\":[" + aliases + "]},\"payload\":\"x\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo("to.aliases");
    }

    @Test
    void saysThatNothingWasSentWhereTheAliasesCantBeRead() {
        saver.fail(SaverMethods.RESOLVE, RpcStatus.FAILED);

        ApiFixture.Answer answer = fixture.post("/v1/messages", TO_FAMILY);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("unavailable");
        assertThat(saver.requests(PutRequest.class)).isEmpty();
    }
}

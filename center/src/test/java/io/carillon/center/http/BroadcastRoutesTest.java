package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.Audience;
import io.carillon.contract.AudienceCountRequest;
import io.carillon.contract.AudienceCountResponse;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastChange;
import io.carillon.contract.BroadcastChangeRequest;
import io.carillon.contract.BroadcastChangeResponse;
import io.carillon.contract.BroadcastGetResponse;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastLedgerRequest;
import io.carillon.contract.BroadcastLedgerResponse;
import io.carillon.contract.BroadcastListRequest;
import io.carillon.contract.BroadcastListResponse;
import io.carillon.contract.BroadcastPutRequest;
import io.carillon.contract.BroadcastPutResponse;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.BroadcastUserSteps;
import io.carillon.contract.ClaimRequest;
import io.carillon.contract.ClaimResponse;
import io.carillon.contract.ClaimStatus;
import io.carillon.contract.NodeRef;
import io.carillon.contract.RoomProgress;
import io.carillon.contract.TaggedCountResponse;
import io.carillon.contract.TaskState;
import io.carillon.protocol.client.PushExtension;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BroadcastRoutesTest {
    private static final String TO_ALL = "{\"audience\":{\"all\":true},\"payload\":\"hello\"}";
    private static final String ID = "000102030405060708090a0b0c0d0e0f";

    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver =
            fixture.fleet.addSaver("saver-1").answer(SaverMethods.BROADCAST_PUT, request -> created());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void storesABroadcastToAll() {
        ApiFixture.Answer answer = fixture.post("/v1/broadcasts", TO_ALL);

        assertThat(answer.status()).isEqualTo(202);
        BroadcastSpec spec = put();
        assertThat(answer.json().path("broadcast_id").asText()).isEqualTo(hex(spec.getId()));
        assertThat(spec.getId().size()).isEqualTo(16);
        assertThat(spec.getApp()).isEqualTo("demo");
        assertThat(spec.getKind()).isEqualTo(BroadcastKind.BROADCAST_KIND_PUSH);
        assertThat(spec.getAudience()).isEqualTo(Audience.getDefaultInstance());
        assertThat(spec.getPayload().toStringUtf8()).isEqualTo("hello");
        assertThat(spec.getTtlMs()).isEqualTo(86_400_000);
        assertThat(spec.getRatePerSecond()).isZero();
        assertThat(spec.getSendAtMs()).isZero();
        assertThat(spec.getParallel()).isFalse();
        assertThat(spec.getAcceptedAtMs()).isPositive();
    }

    @Test
    void storesEverythingThatWasAskedFor() throws InvalidProtocolBufferException {
        Instant sendAt = Instant.now().plusSeconds(3_600);
        ApiFixture.Answer answer = fixture.post(
                "/v1/broadcasts",
                "{\"audience\":{\"tags_any\":[\"a\",\"b\",\"a\"],\"tags_all\":[\"c\"],\"tags_none\":[\"d\"]},"
                        + "\"notice\":{\"key\":\"k\"},\"ttl_seconds\":60,\"rate_per_second\":200,\"parallel\":true,"
                        + "\"send_at\":\"" + sendAt + "\"}");

        assertThat(answer.status()).isEqualTo(202);
        BroadcastSpec spec = put();
        assertThat(spec.getAudience().getTagsAnyList()).containsExactly("a", "b");
        assertThat(spec.getAudience().getTagsAllList()).containsExactly("c");
        assertThat(spec.getAudience().getTagsNoneList()).containsExactly("d");
        assertThat(spec.getTtlMs()).isEqualTo(60_000);
        assertThat(spec.getRatePerSecond()).isEqualTo(200);
        assertThat(spec.getParallel()).isTrue();
        assertThat(spec.getSendAtMs()).isEqualTo(sendAt.toEpochMilli());
        assertThat(PushExtension.parseFrom(spec.getExtension()).getNotice().getNotBeforeMs())
                .isEqualTo(sendAt.toEpochMilli());
    }

    @Test
    void givesARepeatTheSameIdAndPutsItAgain() {
        claim(ClaimStatus.CLAIM_STATUS_NEW);
        ApiFixture.Answer first = fixture.post("/v1/broadcasts", TO_ALL, "idempotency-key", "k1");
        ApiFixture.Answer other = fixture.post("/v1/broadcasts", TO_ALL, "idempotency-key", "k2");
        claim(ClaimStatus.CLAIM_STATUS_REPEATED);
        ApiFixture.Answer again = fixture.post("/v1/broadcasts", TO_ALL, "idempotency-key", "k1");

        assertThat(again.status()).isEqualTo(202);
        assertThat(again.json()).isEqualTo(first.json()).isNotEqualTo(other.json());
        assertThat(saver.requests(BroadcastPutRequest.class)).hasSize(3);
    }

    @Test
    void refusesAKeyWithAnotherBody() {
        claim(ClaimStatus.CLAIM_STATUS_CONFLICT);

        ApiFixture.Answer answer = fixture.post("/v1/broadcasts", TO_ALL, "idempotency-key", "k1");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("idempotency_conflict");
        assertThat(saver.requests(BroadcastPutRequest.class)).isEmpty();
    }

    @Test
    void says429WhereTheStoresRefuseAndNothingWhereTheyAreAway() {
        saver.answer(SaverMethods.BROADCAST_PUT, request -> BroadcastPutResponse.newBuilder()
                .setError("too many")
                .build());
        ApiFixture.Answer refused = fixture.post("/v1/broadcasts", TO_ALL);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("retry-after")).isNotEmpty();

        saver.fail(SaverMethods.BROADCAST_PUT, RpcStatus.NOT_CONNECTED);
        assertThat(fixture.post("/v1/broadcasts", TO_ALL).status()).isEqualTo(503);
        saver.fail(SaverMethods.BROADCAST_PUT, RpcStatus.CONNECTION_LOST);
        assertThat(fixture.post("/v1/broadcasts", TO_ALL).status()).isEqualTo(504);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"payload\":\"x\"}|audience",
                "{\"audience\":{},\"payload\":\"x\"}|audience.all",
                "{\"audience\":{\"all\":false},\"payload\":\"x\"}|audience.all",
                "{\"audience\":{\"all\":true,\"tags_any\":[\"a\"]},\"payload\":\"x\"}|audience.all",
                "{\"audience\":{\"tags_any\":[]},\"payload\":\"x\"}|audience.tags_any",
                "{\"audience\":{\"tags_all\":[\"\"]},\"payload\":\"x\"}|audience.tags_all[0]",
                "{\"audience\":{\"tags_none\":[1]},\"payload\":\"x\"}|audience.tags_none[0]",
                "{\"audience\":{\"rooms\":[\"room-1\"]},\"payload\":\"x\"}|audience.rooms",
                "{\"audience\":{\"all\":true}}|payload",
                "{\"audience\":{\"all\":true},\"payload\":\"x\",\"notice\":{\"key\":\"k\"}}|notice",
                "{\"audience\":{\"all\":true},\"payload\":\"x\",\"ttl_seconds\":2419201}|ttl_seconds",
                "{\"audience\":{\"all\":true},\"payload\":\"x\",\"rate_per_second\":0}|rate_per_second",
                "{\"audience\":{\"all\":true},\"payload\":\"x\",\"send_at\":\"soon\"}|send_at",
                "{\"audience\":{\"all\":true},\"payload\":\"x\",\"send_at\":\"2999-01-01T00:00:00Z\"}|send_at",
                "{\"audience\":{\"all\":true},\"payload\":\"x\",\"parallel\":1}|parallel",
                "{\"audience\":{\"all\":true},\"payload\":\"x\",\"qos\":1}|qos",
            })
    void refusesByNameWhatIsWrong(String body, String field) {
        ApiFixture.Answer answer = fixture.post("/v1/broadcasts", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
        assertThat(saver.requests(BroadcastPutRequest.class)).isEmpty();
    }

    @Test
    void countsTheAudienceOfADryRunOverAllRooms() {
        room("room-1").answer(RoomMethods.AUDIENCE_COUNT, request -> count(3));
        FakePeer second = room("room-2").answer(RoomMethods.AUDIENCE_COUNT, request -> count(4));
        saver.answer(
                SaverMethods.TAGGED_COUNT,
                request -> TaggedCountResponse.newBuilder().setUsers(11).build());

        ApiFixture.Answer all =
                fixture.post("/v1/broadcasts", "{\"audience\":{\"all\":true},\"payload\":\"x\",\"dry_run\":true}");
        ApiFixture.Answer tagged = fixture.post(
                "/v1/broadcasts", "{\"audience\":{\"tags_any\":[\"a\"]},\"payload\":\"x\",\"dry_run\":true}");

        assertThat(all.status()).isEqualTo(200);
        assertThat(all.json().toString()).isEqualTo("{\"online\":7,\"users\":null}");
        assertThat(tagged.json().toString()).isEqualTo("{\"online\":7,\"users\":11}");
        assertThat(second.requests(AudienceCountRequest.class)
                        .getLast()
                        .getAudience()
                        .getTagsAnyList())
                .containsExactly("a");
        assertThat(saver.requests(BroadcastPutRequest.class)).isEmpty();
    }

    @Test
    void saysThatADryRunIsIncompleteWhereSomebodyDoesNotAnswer() {
        String dryRun = "{\"audience\":{\"tags_all\":[\"a\"]},\"payload\":\"x\",\"dry_run\":true}";
        saver.fail(SaverMethods.TAGGED_COUNT, RpcStatus.DEADLINE_EXCEEDED);
        assertThat(fixture.post("/v1/broadcasts", dryRun).json().toString())
                .isEqualTo("{\"online\":0,\"users\":null,\"incomplete\":true}");

        room("room-1").answer(RoomMethods.AUDIENCE_COUNT, request -> count(3));
        room("room-2").fail(RoomMethods.AUDIENCE_COUNT, RpcStatus.DEADLINE_EXCEEDED);
        saver.answer(
                SaverMethods.TAGGED_COUNT,
                request -> TaggedCountResponse.newBuilder().setUsers(11).build());
        assertThat(fixture.post("/v1/broadcasts", dryRun).json().toString())
                .isEqualTo("{\"online\":3,\"users\":11,\"incomplete\":true}");
    }

    @Test
    void showsHowFarABroadcastIs() {
        saver.answer(SaverMethods.BROADCAST_GET, request -> BroadcastGetResponse.newBuilder()
                .setBroadcast(running())
                .build());

        var body = fixture.get("/v1/broadcasts/" + ID).json();

        assertThat(body.path("broadcast_id").asText()).isEqualTo(ID);
        assertThat(body.path("state").asText()).isEqualTo("running");
        assertThat(body.path("audience").toString()).isEqualTo("{\"tags_none\":[\"d\"]}");
        assertThat(body.path("targeted").asInt()).isEqualTo(15);
        assertThat(body.path("written").asInt()).isEqualTo(9);
        assertThat(body.path("acked").asInt()).isEqualTo(3);
        assertThat(body.path("left").asInt()).isEqualTo(40);
        assertThat(body.path("accepted_at").asText()).isEqualTo("1970-01-01T00:00:01Z");
        assertThat(body.path("send_at").isNull()).isTrue();
        assertThat(body.path("finished_at").isNull()).isTrue();
        assertThat(body.path("rooms")).hasSize(2);
        assertThat(body.path("rooms").get(0).path("room").asText()).isEqualTo("room-1");
        assertThat(body.path("rooms").get(0).path("state").asText()).isEqualTo("walking");
        assertThat(body.path("rooms").get(1).path("state").asText()).isEqualTo("done");
        assertThat(body.path("rooms").get(1).path("written").asInt()).isEqualTo(7);
        assertThat(body.path("rooms").get(0).path("left").asInt()).isEqualTo(40);
        assertThat(body.path("rooms").get(1).path("left").asInt(-1)).isZero();
    }

    @Test
    void doesNotSayHowManyAreLeftBeforeEachRoomHasBegun() {
        saver.answer(SaverMethods.BROADCAST_GET, request -> BroadcastGetResponse.newBuilder()
                .setBroadcast(running().toBuilder()
                        .addRooms(RoomProgress.newBuilder()
                                .setRoom(NodeRef.newBuilder().setName("room-3"))
                                .setState(TaskState.TASK_STATE_OPEN)))
                .build());

        var body = fixture.get("/v1/broadcasts/" + ID).json();
        assertThat(body.path("left").isNull()).isTrue();
        assertThat(body.path("rooms").get(0).path("left").asInt()).isEqualTo(40);
        assertThat(body.path("rooms").get(2).path("left").isNull()).isTrue();

        saver.answer(SaverMethods.BROADCAST_GET, request -> waiting(0));
        assertThat(fixture.get("/v1/broadcasts/" + ID).json().path("left").isNull())
                .as("it has not started")
                .isTrue();
    }

    @Test
    void nothingIsLeftOfOneThatIsOver() {
        saver.answer(SaverMethods.BROADCAST_GET, request -> BroadcastGetResponse.newBuilder()
                .setBroadcast(waiting(0).getBroadcast().toBuilder().setState(BroadcastState.BROADCAST_STATE_CANCELLED))
                .build());
        assertThat(fixture.get("/v1/broadcasts/" + ID).json().path("left").asInt(-1))
                .as("cancelled before its start")
                .isZero();
    }

    @Test
    void saysScheduledUntilItsTimeHasCome() {
        long nowMs = System.currentTimeMillis();
        saver.answer(SaverMethods.BROADCAST_GET, request -> waiting(nowMs + 60_000));
        assertThat(fixture.get("/v1/broadcasts/" + ID).json().path("state").asText())
                .isEqualTo("scheduled");

        saver.answer(SaverMethods.BROADCAST_GET, request -> waiting(nowMs - 1));
        assertThat(fixture.get("/v1/broadcasts/" + ID).json().path("state").asText())
                .isEqualTo("waiting");
    }

    @Test
    void knowsNothingOfOtherIdsAndOfKicks() {
        saver.answer(SaverMethods.BROADCAST_GET, request -> BroadcastGetResponse.getDefaultInstance());
        assertThat(fixture.get("/v1/broadcasts/" + ID).status()).isEqualTo(404);
        assertThat(fixture.get("/v1/broadcasts/1").status()).isEqualTo(400);

        saver.answer(SaverMethods.BROADCAST_GET, request -> BroadcastGetResponse.newBuilder()
                .setBroadcast(Broadcast.newBuilder()
                        .setSpec(BroadcastSpec.newBuilder().setKind(BroadcastKind.BROADCAST_KIND_KICK)))
                .build());
        assertThat(fixture.get("/v1/broadcasts/" + ID).status()).isEqualTo(404);
    }

    @Test
    void listsByPages() {
        saver.answer(SaverMethods.BROADCAST_LIST, request -> BroadcastListResponse.newBuilder()
                .addBroadcasts(running())
                .setMore(request.getBeforeId().isEmpty())
                .build());

        var first = fixture.get("/v1/broadcasts?limit=1").json();
        assertThat(first.path("broadcasts")).hasSize(1);
        assertThat(first.path("broadcasts").get(0).path("written").asInt()).isEqualTo(9);
        assertThat(first.path("broadcasts").get(0).has("rooms")).isFalse();
        assertThat(first.path("next_cursor").asText()).isEqualTo(ID);
        var second = fixture.get("/v1/broadcasts?limit=1&cursor=" + ID).json();

        assertThat(second.has("next_cursor")).isFalse();
        BroadcastListRequest asked = saver.requests(BroadcastListRequest.class).getLast();
        assertThat(hex(asked.getBeforeId())).isEqualTo(ID);
        assertThat(asked.getLimit()).isEqualTo(1);
        assertThat(asked.getKind()).isEqualTo(BroadcastKind.BROADCAST_KIND_PUSH);
        assertThat(fixture.get("/v1/broadcasts?cursor=x").status()).isEqualTo(400);
        assertThat(fixture.get("/v1/broadcasts?limit=101").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "pause, PAUSED, true, 200,",
        "pause, PAUSED, false, 200,",
        "pause, FINISHED, false, 409, broadcast_over",
        "resume, RUNNING, true, 200,",
        "resume, WAITING, false, 409, not_paused",
        "resume, CANCELLED, false, 409, broadcast_over",
        "cancel, CANCELLED, true, 200,",
        "cancel, CANCELLED, false, 200,",
        "cancel, FINISHED, false, 409, broadcast_over",
        "cancel, UNSPECIFIED, false, 404, not_found",
    })
    void steers(String verb, String state, boolean changed, int status, String code) {
        saver.answer(SaverMethods.BROADCAST_CHANGE, request -> BroadcastChangeResponse.newBuilder()
                .setState(BroadcastState.valueOf("BROADCAST_STATE_" + state))
                .setChanged(changed)
                .build());

        ApiFixture.Answer answer = fixture.send("POST", "/v1/broadcasts/" + ID + "/" + verb, null, ApiFixture.API_KEY);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code == null ? "" : code);
        if (status == 200) {
            assertThat(answer.json().path("state").asText()).isEqualToIgnoringCase(state);
        }
        BroadcastChangeRequest asked =
                saver.requests(BroadcastChangeRequest.class).getFirst();
        assertThat(hex(asked.getId())).isEqualTo(ID);
        assertThat(asked.getChange())
                .isEqualTo(BroadcastChange.valueOf("BROADCAST_CHANGE_" + verb.toUpperCase(Locale.ROOT)));
    }

    private BroadcastSpec put() {
        List<BroadcastPutRequest> puts = saver.requests(BroadcastPutRequest.class);
        assertThat(puts).hasSize(1);
        return puts.getFirst().getSpec();
    }

    private FakePeer room(String name) {
        fixture.fleet.roomLives.add(
                NodeRef.newBuilder().setName(name).setIncarnation(1).build());
        return fixture.fleet.addRoom(name);
    }

    private void claim(ClaimStatus status) {
        saver.answer(SaverMethods.CLAIM, request -> claimed(request, status));
    }

    private static ClaimResponse claimed(ClaimRequest request, ClaimStatus status) {
        return ClaimResponse.newBuilder()
                .setStatus(status)
                .setRequestId(request.getRequestId())
                .build();
    }

    private static BroadcastPutResponse created() {
        return BroadcastPutResponse.newBuilder().setCreated(true).build();
    }

    private static AudienceCountResponse count(long bindings) {
        return AudienceCountResponse.newBuilder().setBindings(bindings).build();
    }

    private static BroadcastGetResponse waiting(long sendAtMs) {
        return BroadcastGetResponse.newBuilder()
                .setBroadcast(Broadcast.newBuilder()
                        .setSpec(BroadcastSpec.newBuilder().setSendAtMs(sendAtMs))
                        .setState(BroadcastState.BROADCAST_STATE_WAITING))
                .build();
    }

    private static Broadcast running() {
        return Broadcast.newBuilder()
                .setSpec(BroadcastSpec.newBuilder()
                        .setId(ByteString.copyFrom(HexFormat.of().parseHex(ID)))
                        .setAudience(Audience.newBuilder().addTagsNone("d"))
                        .setAcceptedAtMs(1_000))
                .setState(BroadcastState.BROADCAST_STATE_RUNNING)
                .setStartedAtMs(2_000)
                .setExpiresAtMs(3_000)
                .addRooms(progress("room-1", TaskState.TASK_STATE_WALKING, 5, 2, 1, 40))
                .addRooms(progress("room-2", TaskState.TASK_STATE_DONE, 10, 7, 2, 0))
                .build();
    }

    private static RoomProgress progress(String room, TaskState state, int targeted, int written, int acked, int left) {
        return RoomProgress.newBuilder()
                .setRoom(NodeRef.newBuilder().setName(room).setIncarnation(1))
                .setState(state)
                .setTargeted(targeted)
                .setWritten(written)
                .setAcked(acked)
                .setLeft(left)
                .build();
    }

    @Test
    void showsTheLedgerOfABroadcastAndOfItsSampledUsers() {
        saver.answer(SaverMethods.BROADCAST_LEDGER, request -> BroadcastLedgerResponse.newBuilder()
                .addSteps(step("started", "saver-1", "2 rooms"))
                .addUsers(BroadcastUserSteps.newBuilder()
                        .setUser("ann")
                        .addSteps(step("written", "room-1", ""))
                        .addSteps(step("acked", "room-1", ""))
                        .addSteps(step("written", "room-2", "")))
                .setMore(true)
                .build());

        ApiFixture.Answer answer = fixture.get("/v1/broadcasts/" + ID + "/ledger?limit=1&cursor=aa");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/events/0/type").asText()).isEqualTo("started");
        assertThat(answer.json().at("/events/0/reason").asText()).isEqualTo("2 rooms");
        assertThat(answer.json().at("/users/0/state").asText()).isEqualTo("acked");
        assertThat(answer.json().at("/users/0/events/0/node").asText()).isEqualTo("room-1");
        assertThat(answer.json().path("next_cursor").asText()).isEqualTo("ann");
        assertThat(saver.requests(BroadcastLedgerRequest.class))
                .containsExactly(BroadcastLedgerRequest.newBuilder()
                        .setApp("demo")
                        .setId(ByteString.fromHex(ID))
                        .setAfterUser("aa")
                        .setLimit(1)
                        .build());

        saver.answer(SaverMethods.BROADCAST_LEDGER, request -> BroadcastLedgerResponse.getDefaultInstance());
        assertThat(fixture.get("/v1/broadcasts/" + ID + "/ledger").status()).isEqualTo(404);
    }

    private static BroadcastStep step(String type, String node, String reason) {
        return BroadcastStep.newBuilder()
                .setType(type)
                .setNode(node)
                .setReason(reason)
                .build();
    }

    private static String hex(ByteString id) {
        return Json.hex(id);
    }
}

package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.ClaimRequest;
import io.carillon.contract.ClaimResponse;
import io.carillon.contract.ClaimStatus;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.DeliverOutcome;
import io.carillon.contract.DeliverRequest;
import io.carillon.contract.DeliverResponse;
import io.carillon.contract.LookupRequest;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.Presence;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutRequest;
import io.carillon.contract.PutResponse;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.carillon.contract.Route;
import io.carillon.protocol.client.Notice;
import io.carillon.protocol.client.PushExtension;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostMessageTest {
    private static final String TO_ANN = "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"hello\"}";

    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet.addSaver("saver-1").answer(SaverMethods.PUT, fixture::storeAll);

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void storesThenDeliversToTheRoomThatRegisterNames() {
        FakePeer register = online("room-1");
        FakePeer room = writing("room-1");

        ApiFixture.Answer answer = fixture.post("/v1/messages", TO_ANN);

        assertThat(answer.status()).isEqualTo(200);
        var result = answer.json().path("results").get(0);
        assertThat(result.path("user").asText()).isEqualTo("ann");
        assertThat(result.path("status").asText()).isEqualTo("stored");
        assertThat(result.path("seq").asLong()).isEqualTo(1_001);
        assertThat(result.path("online").asBoolean()).isTrue();
        assertThat(result.path("copies").toString()).isEqualTo("[\"redis\",\"mysql\"]");
        assertThat(result.path("message_id").asText()).matches("[0-9a-f]{32}");
        assertThat(answer.json().path("request_id").asText()).matches("[0-9a-f]{32}");

        PutEntry put = saver.requests(PutRequest.class).getFirst().getEntries(0);
        assertThat(put.getTtlMs()).isEqualTo(86_400_000);
        assertThat(put.getMinCopies()).isEqualTo(1);
        Awaitility.await().until(() -> !room.requests(DeliverRequest.class).isEmpty());
        DeliverRequest deliver = room.requests(DeliverRequest.class).getFirst();
        assertThat(deliver.getIncarnation()).isEqualTo(7);
        DeliverEntry entry = deliver.getEntries(0);
        assertThat(entry.getConnectionId()).isEqualTo(9);
        assertThat(entry.getSeq()).isEqualTo(1_001);
        assertThat(entry.getPayload().toStringUtf8()).isEqualTo("hello");
        assertThat(entry.getMessageId()).isEqualTo(put.getMessageId());
        assertThat(register.requests(LookupRequest.class)).hasSize(1);
    }

    @Test
    void looksTheSessionUpOnlyWhenTheMessageIsStored() {
        FakePeer register = online("room-1");
        writing("room-1");
        CompletableFuture<PutResponse> stored = new CompletableFuture<>();
        saver.serve(SaverMethods.PUT, request -> stored);

        CompletableFuture<ApiFixture.Answer> answer =
                CompletableFuture.supplyAsync(() -> fixture.post("/v1/messages", TO_ANN));
        Awaitility.await().until(() -> !saver.requests(PutRequest.class).isEmpty());
        assertThat(register.requests(LookupRequest.class)).isEmpty();

        stored.complete(fixture.storeAll(saver.requests(PutRequest.class).getFirst()));
        assertThat(answer.join().status()).isEqualTo(200);
        assertThat(register.requests(LookupRequest.class)).hasSize(1);
    }

    @Test
    void answersWithoutWaitingForADeliveryOrASlowLookup() {
        fixture.fleet.addRegister("register-1").serve(RegisterMethods.LOOKUP, request -> new CompletableFuture<>());

        ApiFixture.Answer answer = fixture.post("/v1/messages", TO_ANN);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("results").get(0).path("online").isNull()).isTrue();
    }

    @Test
    void asksAgainWhereTheSessionMovedBetweenLookupAndDeliver() {
        int[] lookups = {0};
        fixture.fleet
                .addRegister("register-1")
                .answer(RegisterMethods.LOOKUP, request -> at(request, lookups[0]++ == 0 ? "room-1" : "room-2"));
        fixture.fleet.addRoom("room-1").answer(RoomMethods.DELIVER, all(DeliverOutcome.DELIVER_OUTCOME_NO_SESSION));
        FakePeer second = writing("room-2");

        assertThat(fixture.post("/v1/messages", TO_ANN).status()).isEqualTo(200);

        Awaitility.await().until(() -> second.requests(DeliverRequest.class).size() == 1);
    }

    @Test
    void putsAThousandUsersInOneCallAndDeliversThemInOneToEachPeer() {
        FakePeer register = online("room-1");
        FakePeer room = writing("room-1");
        String users = IntStream.range(0, 1_000).mapToObj(i -> "\"u" + i + "\"").collect(Collectors.joining(","));

        ApiFixture.Answer answer =
                fixture.post("/v1/messages", "{\"to\":{\"users\":[" + users + "]},\"payload\":\"x\"}");

        assertThat(answer.json().path("results")).hasSize(1_000);
        assertThat(saver.requests(PutRequest.class)).hasSize(1);
        assertThat(register.requests(LookupRequest.class)).hasSize(1);
        Awaitility.await().until(() -> !room.requests(DeliverRequest.class).isEmpty());
        assertThat(room.requests(DeliverRequest.class)).hasSize(1);
        assertThat(room.requests(DeliverRequest.class).getFirst().getEntriesCount())
                .isEqualTo(1_000);
    }

    @Test
    void says503WhereTheStoresRefused() {
        saver.answer(SaverMethods.PUT, all(PutStatus.PUT_STATUS_NOT_STORED));

        ApiFixture.Answer answer = fixture.post("/v1/messages", TO_ANN);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("not_stored");
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(answer.header("content-type")).startsWith("application/problem+json");
        assertThat(answer.json().path("results").get(0).path("status").asText()).isEqualTo("not_stored");
    }

    @Test
    void says503WhereNoSaverWasReached() {
        saver.fail(SaverMethods.PUT, RpcStatus.NOT_CONNECTED);

        assertThat(fixture.post("/v1/messages", TO_ANN).status()).isEqualTo(503);
    }

    @Test
    void says504WhereAnAttemptMayHaveBeenExecuted() {
        saver.fail(SaverMethods.PUT, RpcStatus.CONNECTION_LOST);

        ApiFixture.Answer answer = fixture.post("/v1/messages", TO_ANN);

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.code()).isEqualTo("unknown");
    }

    @Test
    void keepsAnOpenAttemptOpenWhenTheNextSaverRefuses() {
        saver.fail(SaverMethods.PUT, RpcStatus.CONNECTION_LOST);
        fixture.fleet.addSaver("saver-2").answer(SaverMethods.PUT, all(PutStatus.PUT_STATUS_NOT_STORED));

        assertThat(fixture.post("/v1/messages", TO_ANN).status()).isEqualTo(504);
    }

    @Test
    void putsTheSameIdAgainOnAnotherSaver() {
        saver.fail(SaverMethods.PUT, RpcStatus.OVERLOADED);
        FakePeer second = fixture.fleet.addSaver("saver-2").answer(SaverMethods.PUT, fixture::storeAll);

        assertThat(fixture.post("/v1/messages", TO_ANN).status()).isEqualTo(200);

        assertThat(second.requests(PutRequest.class).getFirst().getEntries(0).getMessageId())
                .isEqualTo(saver.requests(PutRequest.class)
                        .getFirst()
                        .getEntries(0)
                        .getMessageId());
    }

    @Test
    void answersForEachUserWhereTheirFatesDiffer() {
        saver.answer(SaverMethods.PUT, request -> fixture.storeAll(request).toBuilder()
                .setResults(
                        1,
                        PutResult.newBuilder()
                                .setStatus(PutStatus.PUT_STATUS_REJECTED)
                                .setError("larger than a mailbox"))
                .build());

        ApiFixture.Answer answer =
                fixture.post("/v1/messages", "{\"to\":{\"users\":[\"ann\",\"bob\"]},\"payload\":\"x\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("results").get(0).path("status").asText()).isEqualTo("stored");
        var rejected = answer.json().path("results").get(1);
        assertThat(rejected.path("status").asText()).isEqualTo("rejected");
        assertThat(rejected.path("error").path("code").asText()).isEqualTo("rejected");
        assertThat(rejected.path("error").path("detail").asText()).isEqualTo("larger than a mailbox");
    }

    @Test
    void doesNotDeliverWhatWasSettledBefore() {
        FakePeer register = online("room-1");
        saver.answer(SaverMethods.PUT, request -> PutResponse.newBuilder()
                .addResults(PutResult.newBuilder()
                        .setStatus(PutStatus.PUT_STATUS_STORED)
                        .setSeq(5)
                        .setDuplicate(true)
                        .setSettled(true))
                .build());

        assertThat(fixture.post("/v1/messages", TO_ANN).status()).isEqualTo(200);
        assertThat(register.requests(LookupRequest.class)).isEmpty();
    }

    @Test
    void givesARepeatTheSameIds() {
        saver.answer(SaverMethods.CLAIM, request -> ClaimResponse.newBuilder()
                .setStatus(ClaimStatus.CLAIM_STATUS_NEW)
                .setRequestId(request.getRequestId())
                .build());
        ApiFixture.Answer first = fixture.post("/v1/messages", TO_ANN, "idempotency-key", "k1");
        ApiFixture.Answer other = fixture.post("/v1/messages", TO_ANN, "idempotency-key", "k2");
        saver.answer(SaverMethods.CLAIM, request -> ClaimResponse.newBuilder()
                .setStatus(ClaimStatus.CLAIM_STATUS_REPEATED)
                .setRequestId(request.getRequestId())
                .build());
        ApiFixture.Answer again = fixture.post("/v1/messages", TO_ANN, "idempotency-key", "k1");

        assertThat(again.json().path("request_id")).isEqualTo(first.json().path("request_id"));
        assertThat(again.json().path("results").get(0).path("message_id"))
                .isEqualTo(first.json().path("results").get(0).path("message_id"))
                .isNotEqualTo(other.json().path("results").get(0).path("message_id"));
        assertThat(saver.requests(PutRequest.class))
                .allMatch(put -> put.getEntries(0).getRememberId());
        assertThat(saver.requests(ClaimRequest.class).getFirst().getKeyHash().size())
                .isEqualTo(32);
    }

    @Test
    void refusesAKeyWithAnotherBodyBeforeAnythingIsStored() {
        saver.answer(SaverMethods.CLAIM, claim(ClaimStatus.CLAIM_STATUS_CONFLICT));

        ApiFixture.Answer answer = fixture.post("/v1/messages", TO_ANN, "idempotency-key", "k1");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("idempotency_conflict");
        assertThat(saver.requests(PutRequest.class)).isEmpty();
    }

    @Test
    void neverSaysNotStoredToARepeatWhoseFirstMayBeStored() {
        saver.answer(SaverMethods.CLAIM, claim(ClaimStatus.CLAIM_STATUS_REPEATED))
                .answer(SaverMethods.PUT, all(PutStatus.PUT_STATUS_NOT_STORED));

        assertThat(fixture.post("/v1/messages", TO_ANN, "idempotency-key", "k1").status())
                .isEqualTo(504);
    }

    @Test
    void storesWhereTheClaimFoundNoStore() {
        saver.answer(SaverMethods.CLAIM, claim(ClaimStatus.CLAIM_STATUS_UNAVAILABLE));

        assertThat(fixture.post("/v1/messages", TO_ANN, "idempotency-key", "k1").status())
                .isEqualTo(200);
    }

    @Test
    void sendsWithQos0WithoutAStore() {
        online("room-1");
        FakePeer room = writing("room-1");

        ApiFixture.Answer answer =
                fixture.post("/v1/messages", "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\",\"qos\":0}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("results").get(0).path("status").asText()).isEqualTo("sent");
        assertThat(saver.requests(PutRequest.class)).isEmpty();
        assertThat(room.requests(DeliverRequest.class).getFirst().getEntries(0).getQos0())
                .isTrue();
    }

    @Test
    void sendsNothingTwiceWithQos0UnderOneKey() {
        online("room-1");
        FakePeer room = writing("room-1");
        String body = "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\",\"qos\":0}";

        saver.answer(SaverMethods.CLAIM, claim(ClaimStatus.CLAIM_STATUS_NEW));
        assertThat(status(fixture.post("/v1/messages", body, "idempotency-key", "k1")))
                .isEqualTo("sent");
        saver.answer(SaverMethods.CLAIM, claim(ClaimStatus.CLAIM_STATUS_REPEATED));
        assertThat(status(fixture.post("/v1/messages", body, "idempotency-key", "k1")))
                .isEqualTo("unknown");
        saver.answer(SaverMethods.CLAIM, claim(ClaimStatus.CLAIM_STATUS_UNAVAILABLE));
        assertThat(status(fixture.post("/v1/messages", body, "idempotency-key", "k1")))
                .isEqualTo("dropped");
        saver.answer(SaverMethods.CLAIM, claim(ClaimStatus.CLAIM_STATUS_CONFLICT));
        assertThat(fixture.post("/v1/messages", body, "idempotency-key", "k1").code())
                .isEqualTo("idempotency_conflict");

        assertThat(room.requests(DeliverRequest.class)).hasSize(1);
    }

    private static String status(ApiFixture.Answer answer) {
        return answer.json().path("results").get(0).path("status").asText();
    }

    @Test
    void dropsWithQos0WhereTheUserIsOffline() {
        fixture.fleet.addRegister("register-1").answer(RegisterMethods.LOOKUP, request -> LookupResponse.newBuilder()
                .addResults(LookupResult.newBuilder().setPresence(Presence.PRESENCE_OFFLINE))
                .build());

        ApiFixture.Answer answer =
                fixture.post("/v1/messages", "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\",\"qos\":0}");

        var result = answer.json().path("results").get(0);
        assertThat(result.path("status").asText()).isEqualTo("dropped");
        assertThat(result.path("error").path("code").asText()).isEqualTo("offline");
        assertThat(result.path("online").asBoolean(true)).isFalse();
    }

    @Test
    void storesAndDeliversANoticeInsteadOfAPayload() throws InvalidProtocolBufferException {
        online("room-1");
        FakePeer room = writing("room-1");

        ApiFixture.Answer answer = fixture.post(
                "/v1/messages",
                "{\"to\":{\"users\":[\"ann\"]},\"notice\":{\"key\":\"order-7\",\"not_before\":\"2030-01-01T02:00:00.5+02:00\","
                        + "\"spread_seconds\":30}}");

        assertThat(answer.status()).isEqualTo(200);
        PutEntry put = saver.requests(PutRequest.class).getFirst().getEntries(0);
        assertThat(put.getPayload().isEmpty()).isTrue();
        Notice notice = PushExtension.parseFrom(put.getExtension()).getNotice();
        assertThat(notice.getKey()).isEqualTo("order-7");
        assertThat(notice.getNotBeforeMs())
                .isEqualTo(Instant.parse("2030-01-01T00:00:00.500Z").toEpochMilli());
        assertThat(notice.getSpreadSeconds()).isEqualTo(30);
        Awaitility.await().until(() -> !room.requests(DeliverRequest.class).isEmpty());
        DeliverEntry entry = room.requests(DeliverRequest.class).getFirst().getEntries(0);
        assertThat(entry.getExtension()).isEqualTo(put.getExtension());
        assertThat(entry.getPayload().isEmpty()).isTrue();
    }

    @Test
    void spreadsANoticeWithoutATimeFromItsAcceptanceOn() throws InvalidProtocolBufferException {
        fixture.post("/v1/messages", "{\"to\":{\"users\":[\"ann\"]},\"notice\":{\"key\":\"k\"}}");

        PutEntry put = saver.requests(PutRequest.class).getFirst().getEntries(0);
        Notice notice = PushExtension.parseFrom(put.getExtension()).getNotice();
        assertThat(notice.getNotBeforeMs()).isEqualTo(put.getAcceptedAtMs());
        assertThat(notice.getSpreadSeconds()).isZero();
    }

    @Test
    void carriesTheIdOfTheUplinkThatItAnswersWithAPayloadOrANotice() throws InvalidProtocolBufferException {
        fixture.post("/v1/messages", "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\",\"in_reply_to\":\"u-1\"}");
        fixture.post(
                "/v1/messages", "{\"to\":{\"users\":[\"ann\"]},\"notice\":{\"key\":\"k\"},\"in_reply_to\":\"u-2\"}");

        List<PutRequest> puts = saver.requests(PutRequest.class);
        PushExtension reply = PushExtension.parseFrom(puts.get(0).getEntries(0).getExtension());
        assertThat(reply.getInReplyTo()).isEqualTo("u-1");
        assertThat(reply.hasNotice()).isFalse();
        PushExtension noticed =
                PushExtension.parseFrom(puts.get(1).getEntries(0).getExtension());
        assertThat(noticed.getInReplyTo()).isEqualTo("u-2");
        assertThat(noticed.getNotice().getKey()).isEqualTo("k");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"to\":{\"users\":[\"ann\",\"bob\"]},\"payload\":\"x\",\"in_reply_to\":\"u\"}",
                "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\",\"in_reply_to\":\"\"}",
                "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\",\"in_reply_to\":"
                        + "\"0123456789012345678901234567890123456789012345678901234567890123x\"}"
            })
    void refusesAReplyToSeveralOrToNoUplink(String body) {
        ApiFixture.Answer answer = fixture.post("/v1/messages", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo("in_reply_to");
        assertThat(saver.requests(PutRequest.class)).isEmpty();
    }

    @Test
    void holdsAnAppToItsQuota() {
        fixture.apps.replace(
                2, List.of(ApiFixture.DEMO.toBuilder().setMessagesPerSecond(1).build()));

        String users = IntStream.range(0, 100).mapToObj(i -> "\"u" + i + "\"").collect(Collectors.joining(","));

        String hundred = "{\"to\":{\"users\":[" + users + "]},\"payload\":\"x\"}";
        assertThat(fixture.post("/v1/messages", hundred).status()).isEqualTo(200);
        ApiFixture.Answer refused = fixture.post("/v1/messages", TO_ANN);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("quota_exceeded");
        assertThat(Long.parseLong(refused.header("retry-after"))).isBetween(60L, 99L);
    }

    @Test
    void splitsLargePayloadsIntoCallsOfBoundedBytes() {
        String users = IntStream.range(0, 100).mapToObj(i -> "\"u" + i + "\"").collect(Collectors.joining(","));
        String body = "{\"to\":{\"users\":[" + users + "]},\"payload\":\"" + "x".repeat(32 * 1024) + "\"}";

        assertThat(fixture.post("/v1/messages", body).json().path("results")).hasSize(100);

        assertThat(saver.requests(PutRequest.class))
                .hasSizeGreaterThan(3)
                .allMatch(put -> put.getSerializedSize() < (1 << 20) + 1_024);
    }

    private FakePeer online(String room) {
        return fixture.fleet.addRegister("register-1").answer(RegisterMethods.LOOKUP, request -> at(request, room));
    }

    private FakePeer writing(String name) {
        return fixture.fleet.addRoom(name).answer(RoomMethods.DELIVER, all(DeliverOutcome.DELIVER_OUTCOME_WRITTEN));
    }

    private static LookupResponse at(LookupRequest request, String room) {
        LookupResponse.Builder response = LookupResponse.newBuilder();
        request.getUsersList()
                .forEach(user -> response.addResults(LookupResult.newBuilder()
                        .setPresence(Presence.PRESENCE_ONLINE)
                        .setRoute(Route.newBuilder()
                                .setRoom(room)
                                .setIncarnation(7)
                                .setConnectionId(9))));
        return response.build();
    }

    private static Function<DeliverRequest, DeliverResponse> all(DeliverOutcome outcome) {
        return request -> {
            DeliverResponse.Builder response = DeliverResponse.newBuilder();
            request.getEntriesList().forEach(entry -> response.addOutcomes(outcome));
            return response.build();
        };
    }

    private static Function<PutRequest, PutResponse> all(PutStatus status) {
        return request -> {
            PutResponse.Builder response = PutResponse.newBuilder();
            request.getEntriesList()
                    .forEach(entry -> response.addResults(PutResult.newBuilder().setStatus(status)));
            return response.build();
        };
    }

    private static Function<ClaimRequest, ClaimResponse> claim(ClaimStatus status) {
        return request -> ClaimResponse.newBuilder().setStatus(status).build();
    }
}

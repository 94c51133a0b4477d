package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.ClaimResponse;
import io.carillon.contract.ClaimStatus;
import io.carillon.contract.PutRequest;
import io.carillon.contract.SchedulePutRequest;
import io.carillon.contract.SchedulePutResponse;
import io.carillon.contract.ScheduledEntry;
import io.carillon.contract.ScheduledPost;
import io.carillon.protocol.client.PushExtension;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SendLaterTest {
    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet
            .addSaver("saver-1")
            .answer(SaverMethods.PUT, fixture::storeAll)
            .answer(
                    SaverMethods.SCHEDULE_PUT,
                    request -> SchedulePutResponse.newBuilder().setCreated(true).build());
    private final Instant sendAt = Instant.now().plusSeconds(3_600).truncatedTo(ChronoUnit.MILLIS);

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void storesTheWholeRequestInsteadOfSendingIt() {
        ApiFixture.Answer answer = fixture.post(
                "/v1/messages",
                "{\"to\":{\"users\":[\"ann\",\"bob\"]},\"payload\":\"hello\",\"ttl_seconds\":60,\"collapse_key\":\"c\","
                        + "\"min_copies\":2,\"send_at\":\"" + sendAt + "\"}");

        assertThat(answer.status()).isEqualTo(200);
        ScheduledPost post = scheduled();
        assertThat(answer.json().path("request_id").asText()).isEqualTo(Json.hex(post.getRequestId()));
        assertThat(post.getApp()).isEqualTo("demo");
        assertThat(post.getSendAtMs()).isEqualTo(sendAt.toEpochMilli());
        for (int i = 0; i < 2; i++) {
            var result = answer.json().path("results").get(i);
            ScheduledEntry entry = post.getEntries(i);
            assertThat(result.path("status").asText()).isEqualTo("scheduled");
            assertThat(result.path("user").asText()).isEqualTo(entry.getUser());
            assertThat(result.path("message_id").asText()).isEqualTo(Json.hex(entry.getMessageId()));
            assertThat(result.has("error")).isFalse();
            assertThat(entry.getTtlMs()).isEqualTo(60_000);
            assertThat(entry.getCollapseKey()).isEqualTo("c");
            assertThat(entry.getMinCopies()).isEqualTo(2);
            assertThat(entry.getQos0()).isFalse();
        }
        assertThat(post.getEntries(0).getPayload().toStringUtf8()).isEqualTo("hello");
        assertThat(post.getEntries(1).getPayload().isEmpty()).isTrue();
        assertThat(saver.requests(PutRequest.class)).isEmpty();
    }

    @Test
    void keepsANoticeWhoseSpreadBeginsWhenItIsSent() throws InvalidProtocolBufferException {
        fixture.post("/v1/messages", later("\"notice\":{\"key\":\"k\"}"));

        assertThat(PushExtension.parseFrom(scheduled().getEntries(0).getExtension())
                        .getNotice()
                        .getNotBeforeMs())
                .isEqualTo(sendAt.toEpochMilli());
    }

    @Test
    void putsQos0OffToo() {
        ApiFixture.Answer answer = fixture.post("/v1/messages", later("\"payload\":\"x\",\"qos\":0"));

        assertThat(answer.json().path("results").get(0).path("status").asText()).isEqualTo("scheduled");
        assertThat(scheduled().getEntries(0).getQos0()).isTrue();
    }

    @Test
    void givesARepeatTheSameIds() {
        claim(ClaimStatus.CLAIM_STATUS_NEW);
        ApiFixture.Answer first =
                fixture.post("/v1/messages", later("\"payload\":\"x\",\"qos\":0"), "idempotency-key", "k1");
        claim(ClaimStatus.CLAIM_STATUS_REPEATED);
        ApiFixture.Answer again =
                fixture.post("/v1/messages", later("\"payload\":\"x\",\"qos\":0"), "idempotency-key", "k1");

        assertThat(again.json()).isEqualTo(first.json());
        List<SchedulePutRequest> puts = saver.requests(SchedulePutRequest.class);
        assertThat(puts).hasSize(2);
        assertThat(puts.get(1)).isEqualTo(puts.get(0));

        claim(ClaimStatus.CLAIM_STATUS_CONFLICT);
        assertThat(fixture.post("/v1/messages", later("\"payload\":\"y\""), "idempotency-key", "k1")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void sendsAtOnceWhatIsPast() {
        ApiFixture.Answer answer = fixture.post(
                "/v1/messages",
                "{\"to\":{\"users\":[\"ann\"]},\"payload\":\"x\",\"send_at\":\"2020-01-01T00:00:00Z\"}");

        assertThat(answer.json().path("results").get(0).path("status").asText()).isEqualTo("stored");
        assertThat(saver.requests(SchedulePutRequest.class)).isEmpty();
    }

    @Test
    void saysWhatIsCertainWhereTheStoresDoNotTakeIt() {
        saver.fail(SaverMethods.SCHEDULE_PUT, RpcStatus.NOT_CONNECTED);
        ApiFixture.Answer nothing = fixture.post("/v1/messages", later("\"payload\":\"x\""));
        assertThat(nothing.status()).isEqualTo(503);
        assertThat(nothing.code()).isEqualTo("not_stored");

        saver.fail(SaverMethods.SCHEDULE_PUT, RpcStatus.CONNECTION_LOST);
        assertThat(fixture.post("/v1/messages", later("\"payload\":\"x\"")).status())
                .isEqualTo(504);

        saver.answer(
                SaverMethods.SCHEDULE_PUT,
                request -> SchedulePutResponse.newBuilder().setError("too many").build());
        ApiFixture.Answer refused = fixture.post("/v1/messages", later("\"payload\":\"x\""));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("retry-after")).isNotEmpty();
    }

    @Test
    void holdsMessagesToSeveralUsersToTheCeiling() {
        fixture.apps.replace(
                2,
                List.of(ApiFixture.DEMO.toBuilder().setDeliveriesPerSecondMax(1).build()));
        String batch = "{\"to\":{\"users\":[\"a\",\"b\",\"c\"]},\"payload\":\"x\"}";

        assertThat(fixture.post("/v1/messages", batch).status()).isEqualTo(200);
        ApiFixture.Answer refused = fixture.post("/v1/messages", batch);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("quota_exceeded");
        assertThat(Long.parseLong(refused.header("retry-after"))).isBetween(1L, 3L);
        assertThat(fixture.post("/v1/messages", "{\"to\":{\"users\":[\"a\"]},\"payload\":\"x\"}")
                        .status())
                .isEqualTo(200);
        assertThat(fixture.post("/v1/messages", later("\"payload\":\"x\"")).status())
                .isEqualTo(200);
    }

    private String later(String fields) {
        return "{\"to\":{\"users\":[\"ann\"]},\"send_at\":\"" + sendAt + "\"," + fields + "}";
    }

    private ScheduledPost scheduled() {
        List<SchedulePutRequest> puts = saver.requests(SchedulePutRequest.class);
        assertThat(puts).hasSize(1);
        return puts.getFirst().getPost();
    }

    private void claim(ClaimStatus status) {
        saver.answer(SaverMethods.CLAIM, request -> ClaimResponse.newBuilder()
                .setStatus(status)
                .setRequestId(request.getRequestId())
                .build());
    }
}

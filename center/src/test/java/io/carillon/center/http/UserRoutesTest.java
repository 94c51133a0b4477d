package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.ForgetRequest;
import io.carillon.contract.ForgetResponse;
import io.carillon.contract.LabelsResponse;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.MailboxRequest;
import io.carillon.contract.MailboxResponse;
import io.carillon.contract.MessageEvent;
import io.carillon.contract.MessageResponse;
import io.carillon.contract.Presence;
import io.carillon.contract.RecallResponse;
import io.carillon.contract.RequestCountsResponse;
import io.carillon.contract.Route;
import io.carillon.contract.StoredMessage;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UserRoutesTest {
    private static final String ID = "00112233445566778899aabbccddeeff";

    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet.addSaver("saver-1");

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void tellsWhereAUserIsAndWhatWaitsForIt() {
        saver.answer(SaverMethods.LABELS, request -> LabelsResponse.newBuilder()
                .addTags("red")
                .addTags("vip")
                .addAliases("ann")
                .build());
        saver.answer(
                SaverMethods.MAILBOX,
                request -> MailboxResponse.newBuilder().setCount(3).build());
        fixture.fleet.addRegister("register-1").answer(RegisterMethods.LOOKUP, request -> LookupResponse.newBuilder()
                .addResults(LookupResult.newBuilder()
                        .setPresence(Presence.PRESENCE_ONLINE)
                        .setRoute(Route.newBuilder().setRoom("room-1"))
                        .setConnectedAtMs(1_000)
                        .setNetwork("wifi"))
                .build());

        ApiFixture.Answer answer = fixture.get("/v1/users/a%2Fb%20c");

        assertThat(answer.json().toString())
                .isEqualTo("{\"user\":\"a/b c\",\"online\":true,\"room\":\"room-1\","
                        + "\"connected_at\":\"1970-01-01T00:00:01Z\",\"network\":\"wifi\",\"pending\":3,"
                        + "\"tags\":[\"red\",\"vip\"],\"aliases\":[\"ann\"]}");
    }

    @Test
    void doesNotCallAUserOfflineWhoseRegisterIsAway() {
        saver.answer(SaverMethods.MAILBOX, request -> MailboxResponse.getDefaultInstance());

        assertThat(fixture.get("/v1/users/ann").json().path("online").isNull()).isTrue();
    }

    @Test
    void tellsOfAUserWhoseLabelsCantBeReadJustNow() {
        saver.answer(SaverMethods.MAILBOX, request -> MailboxResponse.getDefaultInstance());
        saver.fail(SaverMethods.LABELS, RpcStatus.FAILED);

        ApiFixture.Answer answer = fixture.get("/v1/users/ann");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("tags").isNull()).isTrue();
        assertThat(answer.json().path("aliases").isNull()).isTrue();
    }

    @Test
    void pagesThroughWhatIsPending() {
        saver.answer(SaverMethods.MAILBOX, request -> MailboxResponse.newBuilder()
                .setCount(2)
                .addMessages(StoredMessage.newBuilder()
                        .setSeq(request.getAfterSeq() + 1)
                        .setMessageId(ByteString.fromHex(ID))
                        .setPayload(ByteString.copyFromUtf8("x")))
                .setMore(request.getAfterSeq() == 0)
                .build());

        ApiFixture.Answer first = fixture.get("/v1/users/ann/messages?limit=1");
        assertThat(first.json().path("messages").get(0).path("message_id").asText())
                .isEqualTo(ID);
        assertThat(first.json().path("messages").get(0).path("payload_base64").asText())
                .isEqualTo("eA==");
        ApiFixture.Answer second = fixture.get("/v1/users/ann/messages?limit=1&cursor="
                + first.json().path("next_cursor").asText());
        assertThat(second.json().path("messages").get(0).path("seq").asLong()).isEqualTo(2);
        assertThat(second.json().has("next_cursor")).isFalse();
        assertThat(saver.requests(MailboxRequest.class)).allMatch(request -> request.getLimit() == 1);
    }

    @Test
    void forgetsAUser() {
        saver.answer(
                SaverMethods.FORGET,
                request -> ForgetResponse.newBuilder().setDropped(4).build());

        assertThat(fixture.delete("/v1/users/ann").json().path("dropped").asInt())
                .isEqualTo(4);
        assertThat(saver.requests(ForgetRequest.class).getFirst().getUser())
                .isEqualTo(UserKey.newBuilder().setApp("demo").setUser("ann").build());
    }

    @Test
    void says504WhereAChangeMayHaveHappenedAnd503WhereItHasNot() {
        saver.fail(SaverMethods.FORGET, RpcStatus.DEADLINE_EXCEEDED);
        assertThat(fixture.delete("/v1/users/ann").status()).isEqualTo(504);
        saver.fail(SaverMethods.FORGET, RpcStatus.OVERLOADED);
        assertThat(fixture.delete("/v1/users/ann").status()).isEqualTo(503);
        saver.fail(SaverMethods.MAILBOX, RpcStatus.DEADLINE_EXCEEDED);
        assertThat(fixture.get("/v1/users/ann").status()).isEqualTo(503);
    }

    @Test
    void signsATokenThatTheAppsSecretVerifies() throws Exception {
        ApiFixture.Answer answer = fixture.post("/v1/tokens", "{\"user\":\"ann\",\"ttl_seconds\":60}");

        SignedJWT token = SignedJWT.parse(answer.json().path("token").asText());
        assertThat(token.verify(new MACVerifier(ApiFixture.CLIENT_SECRET.getBytes(StandardCharsets.UTF_8))))
                .isTrue();
        assertThat(token.getHeader().getKeyID()).isEqualTo("1");
        assertThat(token.getJWTClaimsSet().getAudience()).containsExactly("demo");
        assertThat(token.getJWTClaimsSet().getSubject()).isEqualTo("ann");
        assertThat(token.getJWTClaimsSet().getExpirationTime())
                .hasTime(token.getJWTClaimsSet().getIssueTime().toInstant().toEpochMilli() + 60_000);
        assertThat(answer.json().path("expires_at").asText()).endsWith("Z");
    }

    @Test
    void tellsAMessagesHistory() {
        saver.answer(SaverMethods.MESSAGE, request -> history("acked", event(1, "accepted"), event(9, "acked")));

        ApiFixture.Answer answer = fixture.get("/v1/messages/" + ID);

        assertThat(answer.json().path("state").asText()).isEqualTo("acked");
        assertThat(answer.json().path("events").get(0).toString())
                .isEqualTo("{\"at\":\"1970-01-01T00:00:00.001Z\",\"type\":\"accepted\"}");
        assertThat(answer.json().path("events").findValuesAsText("type")).containsExactly("accepted", "acked");
    }

    @Test
    void saysThatAHistoryIsIncompleteAndNeverThatNobodyKnowsAMessageThatASilentSaverMayKnow() {
        saver.answer(SaverMethods.MESSAGE, request -> history("pending", event(1, "accepted")).toBuilder()
                .setIncomplete(true)
                .build());
        assertThat(fixture.get("/v1/messages/" + ID).json().path("incomplete").asBoolean())
                .isTrue();

        saver.answer(
                SaverMethods.MESSAGE,
                request -> MessageResponse.newBuilder().setIncomplete(true).build());
        assertThat(fixture.get("/v1/messages/" + ID).status()).isEqualTo(503);
    }

    @Test
    void asksAnotherSaverBeforeItSaysThatAMessageIsUnknown() {
        saver.fail(SaverMethods.MESSAGE, RpcStatus.CONNECTION_LOST);
        assertThat(fixture.get("/v1/messages/" + ID).status()).isEqualTo(503);

        fixture.fleet.addSaver("saver-2").answer(SaverMethods.MESSAGE, request -> MessageResponse.getDefaultInstance());
        assertThat(fixture.get("/v1/messages/" + ID).status()).isEqualTo(404);
    }

    @Test
    void recallsWhatIsPendingAndSaysWhatIsNot() {
        saver.answer(
                SaverMethods.RECALL,
                request -> RecallResponse.newBuilder().setRecalled(true).build());
        assertThat(fixture.delete("/v1/messages/" + ID).json().path("recalled").asBoolean())
                .isTrue();
        saver.answer(
                SaverMethods.RECALL,
                request -> RecallResponse.newBuilder().setState("acked").build());
        ApiFixture.Answer late = fixture.delete("/v1/messages/" + ID);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().path("state").asText()).isEqualTo("acked");
        saver.answer(SaverMethods.RECALL, request -> RecallResponse.getDefaultInstance());
        assertThat(fixture.delete("/v1/messages/" + ID).status()).isEqualTo(404);
    }

    @Test
    void countsARequestsMessagesByState() {
        saver.answer(SaverMethods.REQUEST_COUNTS, request -> RequestCountsResponse.newBuilder()
                .setFound(true)
                .putByState("acked", 2)
                .build());

        assertThat(fixture.get("/v1/requests/" + ID).json().path("states").toString())
                .isEqualTo("{\"acked\":2}");
        saver.answer(SaverMethods.REQUEST_COUNTS, request -> RequestCountsResponse.getDefaultInstance());
        assertThat(fixture.get("/v1/requests/" + ID).status()).isEqualTo(404);
    }

    private static MessageResponse history(String state, MessageEvent... events) {
        MessageResponse.Builder response =
                MessageResponse.newBuilder().setFound(true).setState(state);
        for (MessageEvent event : events) {
            response.addEvents(event);
        }
        return response.build();
    }

    private static MessageEvent event(long atMs, String type) {
        return MessageEvent.newBuilder().setAtMs(atMs).setType(type).build();
    }
}

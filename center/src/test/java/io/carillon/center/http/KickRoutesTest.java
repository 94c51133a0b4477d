package io.carillon.center.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.carillon.center.fleet.FakePeer;
import io.carillon.contract.Audience;
import io.carillon.contract.BanEntry;
import io.carillon.contract.BanLiftRequest;
import io.carillon.contract.BanLiftResponse;
import io.carillon.contract.BanPutRequest;
import io.carillon.contract.BanPutResponse;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastGetResponse;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastPutRequest;
import io.carillon.contract.BroadcastPutResponse;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.ClaimResponse;
import io.carillon.contract.ClaimStatus;
import io.carillon.contract.KickEntry;
import io.carillon.contract.KickRequest;
import io.carillon.contract.KickResponse;
import io.carillon.contract.LookupRequest;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.NodeRef;
import io.carillon.contract.Presence;
import io.carillon.contract.RoomProgress;
import io.carillon.contract.Route;
import io.carillon.contract.TaskState;
import io.carillon.contract.UserKey;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.RegisterMethods;
import io.carillon.runtime.contract.RoomMethods;
import io.carillon.runtime.contract.SaverMethods;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KickRoutesTest {
    private static final String ID = "00112233445566778899aabbccddeeff";
    private static final String KICK = "/v1/users/ann/kick";
    private static final UserKey ANN =
            UserKey.newBuilder().setApp("demo").setUser("ann").build();

    private final ApiFixture fixture = new ApiFixture();
    private final FakePeer saver = fixture.fleet.addSaver("saver-1");
    private final FakePeer register = fixture.fleet.addRegister("register-1");
    private final FakePeer room = fixture.fleet.addRoom("room-1");
    private volatile Presence presence = Presence.PRESENCE_ONLINE;
    private final AtomicInteger connection = new AtomicInteger(7);

    @BeforeEach
    void answer() {
        register.answer(RegisterMethods.LOOKUP, request -> LookupResponse.newBuilder()
                .addResults(LookupResult.newBuilder()
                        .setPresence(presence)
                        .setRoute(Route.newBuilder()
                                .setRoom("room-1")
                                .setIncarnation(3)
                                .setConnectionId(connection.get())))
                .build());
        room.answer(
                RoomMethods.KICK,
                request -> KickResponse.newBuilder().addEnded(true).build());
        saver.answer(
                SaverMethods.BAN_PUT,
                request -> BanPutResponse.newBuilder().addUntilMs(61_000).build());
        saver.answer(
                SaverMethods.BROADCAST_PUT,
                request -> BroadcastPutResponse.newBuilder().setCreated(true).build());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void endsTheSessionWhereTheUserIs() {
        assertThat(fixture.post(KICK, "{\"reason\":\"logged out\"}").http().body())
                .isEqualTo("{\"kicked\":true,\"online\":true}");

        assertThat(room.requests(KickRequest.class))
                .containsExactly(KickRequest.newBuilder()
                        .setIncarnation(3)
                        .addEntries(KickEntry.newBuilder()
                                .setUser(ANN)
                                .setConnectionId(7)
                                .setReason("logged out"))
                        .build());
        assertThat(saver.requests(BanPutRequest.class)).isEmpty();
    }

    @Test
    void storesTheBanFirst() {
        assertThat(fixture.post(KICK, "{\"reason\":\"rude\",\"ban_seconds\":60}")
                        .http()
                        .body())
                .isEqualTo("{\"kicked\":true,\"online\":true,\"banned_until\":\"1970-01-01T00:01:01Z\"}");

        assertThat(saver.requests(BanPutRequest.class).getFirst().getEntriesList())
                .containsExactly(BanEntry.newBuilder()
                        .setUser(ANN)
                        .setBanMs(60_000)
                        .setReason("rude")
                        .build());
        assertThat(room.requests(KickRequest.class).getFirst().getEntries(0).getBanned())
                .isTrue();
        saver.fail(SaverMethods.BAN_PUT, RpcStatus.FAILED);
        assertThat(fixture.post(KICK, "{\"ban_seconds\":60}").status()).isEqualTo(504);
        assertThat(room.requests(KickRequest.class)).hasSize(1);
    }

    @Test
    void needsNoBodyAndSaysWhoIsOffline() {
        presence = Presence.PRESENCE_OFFLINE;
        assertThat(fixture.post(KICK, "").http().body()).isEqualTo("{\"kicked\":false,\"online\":false}");
        presence = Presence.PRESENCE_UNKNOWN;
        assertThat(fixture.post(KICK, "{}").http().body()).isEqualTo("{\"kicked\":false,\"online\":null}");
        assertThat(room.requests(KickRequest.class)).isEmpty();
    }

    @Test
    void looksOnceMoreWhereTheSessionHasMoved() {
        room.answer(RoomMethods.KICK, request -> {
            connection.set(8);
            return KickResponse.newBuilder()
                    .addEnded(request.getEntries(0).getConnectionId() == 8)
                    .build();
        });

        assertThat(fixture.post(KICK, "{}").json().path("kicked").asBoolean()).isTrue();
        assertThat(room.requests(KickRequest.class)).hasSize(2);
        room.answer(
                RoomMethods.KICK,
                request -> KickResponse.newBuilder().addEnded(false).build());
        assertThat(fixture.post(KICK, "{}").json().path("kicked").asBoolean()).isFalse();
        assertThat(room.requests(KickRequest.class)).hasSize(3);
        assertThat(register.requests(LookupRequest.class)).hasSize(4);
    }

    @Test
    void aRoomThatDoesNotAnswerIsAnErrorOnlyWithoutABan() {
        room.fail(RoomMethods.KICK, RpcStatus.DEADLINE_EXCEEDED);
        assertThat(fixture.post(KICK, "{}").status()).isEqualTo(504);
        room.fail(RoomMethods.KICK, RpcStatus.NOT_CONNECTED);
        assertThat(fixture.post(KICK, "{}").status()).isEqualTo(503);

        ApiFixture.Answer answer = fixture.post(KICK, "{\"ban_seconds\":60}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("kicked").asBoolean()).isFalse();
        assertThat(answer.json().path("banned_until").asText()).isEqualTo("1970-01-01T00:01:01Z");
    }

    @Test
    void saysWhereNoMoreBansAreKept() {
        saver.answer(SaverMethods.BAN_PUT, request -> BanPutResponse.newBuilder()
                .setError("bans: too many")
                .build());

        assertThat(fixture.post(KICK, "{\"ban_seconds\":60}").code()).isEqualTo("quota_exceeded");
        assertThat(room.requests(KickRequest.class)).isEmpty();
    }

    @Test
    void liftsABan() {
        saver.answer(
                SaverMethods.BAN_LIFT,
                request -> BanLiftResponse.newBuilder().setLifted(true).build());

        assertThat(fixture.delete("/v1/users/ann/ban").http().body()).isEqualTo("{\"lifted\":true}");
        assertThat(saver.requests(BanLiftRequest.class).getFirst().getUser()).isEqualTo(ANN);
    }

    @Test
    void storesAKickByFilterAsARecordThatRoomsWalk() {
        ApiFixture.Answer answer = fixture.post(
                "/v1/kicks",
                "{\"filter\":{\"rooms\":[\"room-1\"],\"tags_any\":[\"a\",\"b\"],\"tags_none\":[\"c\"]},"
                        + "\"reason\":\"move\",\"ban_seconds\":5}");

        assertThat(answer.status()).isEqualTo(202);
        BroadcastSpec spec =
                saver.requests(BroadcastPutRequest.class).getFirst().getSpec();
        assertThat(Json.hex(spec.getId()))
                .isEqualTo(answer.json().path("kick_id").asText());
        assertThat(spec.getKind()).isEqualTo(BroadcastKind.BROADCAST_KIND_KICK);
        assertThat(spec.getParallel()).isTrue();
        assertThat(spec.getReason()).isEqualTo("move");
        assertThat(spec.getBanMs()).isEqualTo(5_000);
        assertThat(spec.getAudience())
                .isEqualTo(Audience.newBuilder()
                        .addRooms("room-1")
                        .addTagsAny("a")
                        .addTagsAny("b")
                        .addTagsNone("c")
                        .build());
        fixture.post("/v1/kicks", "{\"filter\":{\"all\":true}}");
        assertThat(saver.requests(BroadcastPutRequest.class).get(1).getSpec().getAudience())
                .isEqualTo(Audience.getDefaultInstance());
    }

    @Test
    void givesARepeatItsFirstKickAndRefusesTheKeyWithAnotherBody() {
        saver.answer(SaverMethods.CLAIM, request -> ClaimResponse.newBuilder()
                .setStatus(ClaimStatus.CLAIM_STATUS_REPEATED)
                .build());
        String body = "{\"filter\":{\"all\":true}}";
        String first = fixture.post("/v1/kicks", body, "Idempotency-Key", "k1")
                .json()
                .path("kick_id")
                .asText();
        assertThat(fixture.post("/v1/kicks", body, "Idempotency-Key", "k1")
                        .json()
                        .path("kick_id")
                        .asText())
                .isEqualTo(first);
        saver.answer(SaverMethods.CLAIM, request -> ClaimResponse.newBuilder()
                .setStatus(ClaimStatus.CLAIM_STATUS_CONFLICT)
                .build());

        assertThat(fixture.post("/v1/kicks", body, "Idempotency-Key", "k1").status())
                .isEqualTo(422);
        assertThat(saver.requests(BroadcastPutRequest.class)).hasSize(2);
    }

    @Test
    void tellsTheProgressByRoom() {
        saver.answer(SaverMethods.BROADCAST_GET, request -> BroadcastGetResponse.newBuilder()
                .setBroadcast(Broadcast.newBuilder()
                        .setSpec(BroadcastSpec.newBuilder()
                                .setId(ByteString.fromHex(ID))
                                .setKind(BroadcastKind.BROADCAST_KIND_KICK)
                                .setAcceptedAtMs(1_000))
                        .setState(BroadcastState.BROADCAST_STATE_RUNNING)
                        .setStartedAtMs(2_000)
                        .addRooms(RoomProgress.newBuilder()
                                .setRoom(NodeRef.newBuilder().setName("room-1").setIncarnation(3))
                                .setState(TaskState.TASK_STATE_WALKING)
                                .setTargeted(5)
                                .setWritten(4)))
                .build());

        assertThat(fixture.get("/v1/kicks/" + ID).http().body())
                .isEqualTo("{\"kick_id\":\"" + ID + "\",\"state\":\"running\",\"targeted\":5,\"ended\":4,"
                        + "\"accepted_at\":\"1970-01-01T00:00:01Z\",\"started_at\":\"1970-01-01T00:00:02Z\","
                        + "\"finished_at\":null,\"rooms\":[{\"room\":\"room-1\",\"incarnation\":\"3\","
                        + "\"state\":\"walking\",\"targeted\":5,\"ended\":4}]}");
    }

    @Test
    void knowsNoKickThatIsABroadcast() {
        saver.answer(SaverMethods.BROADCAST_GET, request -> BroadcastGetResponse.newBuilder()
                .setBroadcast(Broadcast.getDefaultInstance())
                .build());
        assertThat(fixture.get("/v1/kicks/" + ID).status()).isEqualTo(404);
        saver.answer(SaverMethods.BROADCAST_GET, request -> BroadcastGetResponse.getDefaultInstance());
        assertThat(fixture.get("/v1/kicks/" + ID).status()).isEqualTo(404);
        assertThat(fixture.get("/v1/kicks/x").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/kicks|{}|filter",
                "/v1/kicks|{\"filter\":{}}|filter.all",
                "/v1/kicks|{\"filter\":{\"all\":false}}|filter.all",
                "/v1/kicks|{\"filter\":{\"all\":true,\"rooms\":[\"r\"]}}|filter.all",
                "/v1/kicks|{\"filter\":{\"rooms\":[]}}|filter.rooms",
                "/v1/kicks|{\"filter\":{\"tags_all\":[\"a\",\"\"]}}|filter.tags_all[1]",
                "/v1/kicks|{\"filter\":{\"users\":[\"a\"]}}|filter.users",
                "/v1/kicks|{\"filter\":{\"all\":true},\"ban_seconds\":0}|ban_seconds",
                "/v1/users/ann/kick|{\"ban_seconds\":0}|ban_seconds",
                "/v1/users/ann/kick|{\"ban_seconds\":315360001}|ban_seconds",
                "/v1/users/ann/kick|{\"reason\":1}|reason",
                "/v1/users/ann/kick|{\"why\":\"x\"}|why"
            })
    void refusesByName(String path, String body, String field) {
        ApiFixture.Answer answer = fixture.post(path, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).isEqualTo(field);
        assertThat(saver.requests(BroadcastPutRequest.class)).isEmpty();
    }

    @Test
    void refusesAReasonThatIsTooLong() {
        assertThat(fixture.post(KICK, "{\"reason\":\"" + "é".repeat(101) + "\"}")
                        .code())
                .isEqualTo("invalid_field");
    }
}

package io.carillon.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.carillon.contract.BucketDigest;
import io.carillon.contract.GoneEntry;
import io.carillon.contract.LookupRequest;
import io.carillon.contract.LookupResult;
import io.carillon.contract.NodeRef;
import io.carillon.contract.Presence;
import io.carillon.contract.RegisterRequest;
import io.carillon.contract.RegisterResult;
import io.carillon.contract.SessionEntry;
import io.carillon.contract.UnregisterRequest;
import io.carillon.contract.UserKey;
import io.carillon.contract.WholenessRequest;
import io.carillon.register.session.ManualClock;
import io.carillon.register.session.NoPresence;
import io.carillon.register.session.Roster;
import io.carillon.register.session.Sessions;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.bucket.Buckets;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RegisterEndpointTest {
    private static final NodeRef ROOM =
            NodeRef.newBuilder().setName("room-1").setIncarnation(5).build();

    private final ManualClock clock = new ManualClock();
    private final Roster roster = new Roster(clock, life -> {});
    private final Sessions sessions =
            new Sessions(100, clock, roster, (room, app, user, id, device, moved) -> {}, new NoPresence());
    private final RegisterEndpoint endpoint =
            new RegisterEndpoint(roster, sessions, new NoPresence(), new RegisterCounters(new SimpleMeterRegistry()));

    @Test
    void aRegisteredUserIsFoundWithItsRouteAndTimes() {
        RegisterResult result = register(ROOM, session("u").setAgeMs(2_000).setNetwork("wifi"));
        assertThat(result.getRegistered()).isTrue();
        assertThat(result.getVersion()).isPositive();

        LookupResult found = lookup("u");
        assertThat(found.getPresence()).isEqualTo(Presence.PRESENCE_ONLINE);
        assertThat(found.getRoute().getRoom()).isEqualTo("room-1");
        assertThat(found.getRoute().getIncarnation()).isEqualTo(5);
        assertThat(found.getRoute().getConnectionId()).isEqualTo(77);
        assertThat(found.getNetwork()).isEqualTo("wifi");
        assertThat(found.getConnectedAtMs()).isEqualTo(clock.micros() / 1000 - 2_000);
    }

    @Test
    void aMissIsUnknownUntilTheBucketIsWhole() {
        assertThat(lookup("u").getPresence()).isEqualTo(Presence.PRESENCE_UNKNOWN);
        byte[] all = new byte[512];
        Arrays.fill(all, (byte) 0xFF);
        assertThat(endpoint.wholeness(WholenessRequest.newBuilder()
                                .setRoom(ROOM)
                                .setWhole(ByteString.copyFrom(all))
                                .build())
                        .getResendList())
                .isEmpty();
        assertThat(lookup("u").getPresence()).isEqualTo(Presence.PRESENCE_OFFLINE);
    }

    @Test
    void aDigestThatDiffersIsAskedForAgain() {
        int bucket = Buckets.of("app", "u");
        byte[] one = new byte[512];
        one[bucket >> 3] = (byte) (1 << (bucket & 7));
        WholenessRequest report = WholenessRequest.newBuilder()
                .setRoom(ROOM)
                .setWhole(ByteString.copyFrom(one))
                .addDigests(BucketDigest.newBuilder()
                        .setBucket(bucket)
                        .setCount(1)
                        .setHash(Buckets.sessionHash("app", "u", 77)))
                .build();
        assertThat(endpoint.wholeness(report).getResendList()).containsExactly(bucket);
        register(ROOM, session("u"));
        assertThat(endpoint.wholeness(report).getResendList()).isEmpty();
    }

    @Test
    void unregisteringTakesOutExactlyThatConnection() {
        register(ROOM, session("u"));
        endpoint.unregister(UnregisterRequest.newBuilder()
                .setRoom(ROOM)
                .addSessions(GoneEntry.newBuilder().setApp("app").setUser("u").setConnectionId(78))
                .build());
        assertThat(lookup("u").getPresence()).isEqualTo(Presence.PRESENCE_ONLINE);
        endpoint.unregister(UnregisterRequest.newBuilder()
                .setRoom(ROOM)
                .addSessions(GoneEntry.newBuilder().setApp("app").setUser("u").setConnectionId(77))
                .build());
        assertThat(lookup("u").getPresence()).isEqualTo(Presence.PRESENCE_UNKNOWN);
    }

    @Test
    void anOlderLoginIsToldWhoStands() {
        register(ROOM, session("u").setDeviceId("tablet"));
        NodeRef other = NodeRef.newBuilder().setName("room-2").setIncarnation(1).build();
        RegisterResult result = register(other, session("u").setAgeMs(5).setDeviceId("phone"));
        assertThat(result.getSuperseded()).isTrue();
        assertThat(result.getNewcomerDevice()).isEqualTo("tablet");
    }

    @Test
    void aDeadLifesRequestIsNotTaken() {
        register(ROOM, session("u"));
        register(ROOM.toBuilder().setIncarnation(6).build(), session("v"));
        assertThat(register(ROOM, session("w")).getRegistered()).isFalse();
    }

    @Test
    void aBadRequestNamesTheOffenderAndNothingOfItIsDone() {
        assertMalformed(() -> register(NodeRef.getDefaultInstance(), session("u")), "room.name");
        assertMalformed(() -> register(ROOM, session("u"), session("")), "[1].user");
        assertMalformed(() -> register(ROOM, session("x".repeat(256))), "[0].user");
        assertMalformed(() -> register(ROOM, session("u").setApp("")), "[0].app");
        assertMalformed(() -> register(ROOM, session("u").setAgeMs(-1)), "age_ms: -1");
        assertMalformed(() -> register(ROOM, session("u").setAgeMs(Long.MAX_VALUE)), "age_ms");
        assertMalformed(() -> register(ROOM, session("u").setDeviceId("é".repeat(128))), "device_id: 256");
        assertMalformed(
                () -> endpoint.wholeness(
                        WholenessRequest.newBuilder().setRoom(ROOM).build()),
                "whole: 0 bytes");
        assertMalformed(
                () -> endpoint.wholeness(WholenessRequest.newBuilder()
                        .setRoom(ROOM)
                        .setWhole(ByteString.copyFrom(new byte[512]))
                        .addDigests(BucketDigest.newBuilder().setBucket(4096))
                        .build()),
                "bucket: 4096");
        assertMalformed(
                () -> endpoint.lookup(LookupRequest.newBuilder()
                        .addUsers(UserKey.newBuilder().setApp("app"))
                        .build()),
                "[0].user");
        assertThat(sessions.size()).isZero();
    }

    private static void assertMalformed(ThrowingCallable call, String offender) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(RpcException.class, refused -> assertThat(refused.status())
                        .isEqualTo(RpcStatus.MALFORMED))
                .hasMessageContaining(offender);
    }

    private static SessionEntry.Builder session(String user) {
        return SessionEntry.newBuilder().setApp("app").setUser(user).setConnectionId(77);
    }

    private RegisterResult register(NodeRef room, SessionEntry.Builder... entries) {
        RegisterRequest.Builder request = RegisterRequest.newBuilder().setRoom(room);
        for (SessionEntry.Builder entry : entries) {
            request.addSessions(entry);
        }
        return endpoint.register(request.build()).getResults(0);
    }

    private LookupResult lookup(String user) {
        return endpoint.lookup(LookupRequest.newBuilder()
                        .addUsers(UserKey.newBuilder().setApp("app").setUser(user))
                        .build())
                .getResults(0);
    }
}

package io.carillon.register;

import io.carillon.contract.BucketDigest;
import io.carillon.contract.Departure;
import io.carillon.contract.GoneEntry;
import io.carillon.contract.LookupRequest;
import io.carillon.contract.LookupResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.NodeRef;
import io.carillon.contract.RegisterRequest;
import io.carillon.contract.RegisterResponse;
import io.carillon.contract.RegisterResult;
import io.carillon.contract.Route;
import io.carillon.contract.SessionEntry;
import io.carillon.contract.UnregisterRequest;
import io.carillon.contract.UnregisterResponse;
import io.carillon.contract.UserKey;
import io.carillon.contract.WholenessRequest;
import io.carillon.contract.WholenessResponse;
import io.carillon.register.session.BucketDigests;
import io.carillon.register.session.BucketSet;
import io.carillon.register.session.Login;
import io.carillon.register.session.Network;
import io.carillon.register.session.Presence;
import io.carillon.register.session.PresenceListener;
import io.carillon.register.session.Registration;
import io.carillon.register.session.RoomLife;
import io.carillon.register.session.Roster;
import io.carillon.register.session.Sessions;
import io.carillon.register.table.SessionTable;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.bucket.Buckets;
import java.nio.charset.StandardCharsets;

/**
 * Between the contract and the sessions. A request is checked whole before anything of it is done; a bad one fails with
 * MALFORMED and names the offender. All but {@link #wholeness} may run on event loops. Thread-safe.
 */
final class RegisterEndpoint {
    /** A login cannot be older: a clock that says so is broken. */
    static final long AGE_MS_MAX = 10L * 365 * 86_400_000;

    private static final int NAME_BYTES_MAX = 255;

    private final Roster roster;
    private final Sessions sessions;
    private final PresenceListener presence;
    private final RegisterCounters counters;

    RegisterEndpoint(Roster roster, Sessions sessions, PresenceListener presence, RegisterCounters counters) {
        this.roster = roster;
        this.sessions = sessions;
        this.presence = presence;
        this.counters = counters;
    }

    RegisterResponse register(RegisterRequest request) {
        checkRoom(request.getRoom());
        for (int i = 0; i < request.getSessionsCount(); i++) {
            checkSession(request.getSessions(i), i);
        }
        RoomLife room =
                roster.heard(request.getRoom().getName(), request.getRoom().getIncarnation());
        RegisterResponse.Builder response = RegisterResponse.newBuilder();
        for (SessionEntry entry : request.getSessionsList()) {
            response.addResults(
                    toResult(room == null ? Registration.REFUSED : sessions.register(room, toLogin(entry))));
        }
        return response.build();
    }

    UnregisterResponse unregister(UnregisterRequest request) {
        checkRoom(request.getRoom());
        for (int i = 0; i < request.getSessionsCount(); i++) {
            GoneEntry entry = request.getSessions(i);
            checkUser(entry.getApp(), entry.getUser(), i);
        }
        RoomLife room =
                roster.heard(request.getRoom().getName(), request.getRoom().getIncarnation());
        if (room != null) {
            for (GoneEntry entry : request.getSessionsList()) {
                sessions.unregister(room, entry.getApp(), entry.getUser(), entry.getConnectionId());
            }
            counters.unregistered.increment(request.getSessionsCount());
        }
        return UnregisterResponse.getDefaultInstance();
    }

    /** A walk over all buckets: not for event loops. */
    WholenessResponse wholeness(WholenessRequest request) {
        checkRoom(request.getRoom());
        if (request.getWhole().size() != BucketSet.WIRE_BYTES) {
            throw malformed("whole: " + request.getWhole().size() + " bytes (expected: " + BucketSet.WIRE_BYTES + ")");
        }
        BucketDigests digests = new BucketDigests();
        for (BucketDigest digest : request.getDigestsList()) {
            if (digest.getBucket() < 0 || digest.getBucket() >= Buckets.COUNT) {
                throw malformed("bucket: " + Integer.toUnsignedString(digest.getBucket()) + " (expected: below "
                        + Buckets.COUNT + ")");
            }
            digests.set(digest.getBucket(), digest.getCount(), digest.getHash());
        }
        for (int i = 0; i < request.getDeparturesCount(); i++) {
            Departure departure = request.getDepartures(i);
            checkUser(departure.getApp(), departure.getUser(), i);
            checkAge("departures[" + i + "].ago_ms", departure.getAgoMs());
        }
        RoomLife room =
                roster.heard(request.getRoom().getName(), request.getRoom().getIncarnation());
        WholenessResponse.Builder response = WholenessResponse.newBuilder();
        if (room != null) {
            // Before the comparison, which may make the buckets whole.
            for (Departure departure : request.getDeparturesList()) {
                presence.onDeparted(departure.getApp(), departure.getUser(), room.room(), departure.getAgoMs());
            }
            BucketSet sent = BucketSet.ofWire(request.getWhole().toByteArray());
            response.addAllResend(sessions.compare(room, sent, digests));
            counters.resend.increment(response.getResendCount());
        }
        return response.build();
    }

    LookupResponse lookup(LookupRequest request) {
        for (int i = 0; i < request.getUsersCount(); i++) {
            UserKey user = request.getUsers(i);
            checkUser(user.getApp(), user.getUser(), i);
        }
        LookupResponse.Builder response = LookupResponse.newBuilder();
        for (UserKey user : request.getUsersList()) {
            response.addResults(toResult(sessions.lookup(user.getApp(), user.getUser())));
        }
        return response.build();
    }

    private RegisterResult toResult(Registration registration) {
        return switch (registration) {
            case Registration.Stands stands -> {
                counters.registered.increment();
                yield RegisterResult.newBuilder()
                        .setRegistered(true)
                        .setVersion(stands.version())
                        .build();
            }
            case Registration.Superseded superseded -> {
                counters.superseded.increment();
                yield RegisterResult.newBuilder()
                        .setRegistered(true)
                        .setVersion(superseded.version())
                        .setSuperseded(true)
                        .setNewcomerDevice(superseded.deviceId())
                        .build();
            }
            case Registration.Refused refused -> {
                counters.refused.increment();
                yield RegisterResult.getDefaultInstance();
            }
        };
    }

    private LookupResult toResult(Presence presence) {
        return switch (presence) {
            case Presence.Online online -> {
                counters.online.increment();
                yield LookupResult.newBuilder()
                        .setPresence(io.carillon.contract.Presence.PRESENCE_ONLINE)
                        .setRoute(Route.newBuilder()
                                .setRoom(online.room().room())
                                .setIncarnation(online.room().incarnation())
                                .setConnectionId(online.connectionId()))
                        .setVersion(online.version())
                        .setConnectedAtMs(online.connectedAtMs())
                        .setNetwork(online.network().label())
                        .build();
            }
            case Presence.Offline offline -> {
                counters.offline.increment();
                yield LookupResult.newBuilder()
                        .setPresence(io.carillon.contract.Presence.PRESENCE_OFFLINE)
                        .build();
            }
            case Presence.Unknown unknown -> {
                counters.unknown.increment();
                yield LookupResult.getDefaultInstance();
            }
        };
    }

    private static Login toLogin(SessionEntry entry) {
        return new Login(
                entry.getApp(),
                entry.getUser(),
                entry.getConnectionId(),
                entry.getDeviceId(),
                entry.getAgeMs(),
                Network.of(entry.getNetwork()));
    }

    private static void checkSession(SessionEntry entry, int index) {
        checkUser(entry.getApp(), entry.getUser(), index);
        if (bytes(entry.getDeviceId()) > SessionTable.STRING_BYTES_MAX) {
            throw malformed("sessions[" + index + "].device_id: " + bytes(entry.getDeviceId())
                    + " bytes (expected: at most " + SessionTable.STRING_BYTES_MAX + ")");
        }
        checkAge("sessions[" + index + "].age_ms", entry.getAgeMs());
    }

    private static void checkAge(String what, long ms) {
        if (ms < 0 || ms > AGE_MS_MAX) {
            throw malformed(what + ": " + ms + " (expected: 0 to " + AGE_MS_MAX + ")");
        }
    }

    private static void checkUser(String app, String user, int index) {
        if (app.isEmpty() || bytes(app) > NAME_BYTES_MAX) {
            throw malformed("[" + index + "].app: " + bytes(app) + " bytes (expected: 1 to " + NAME_BYTES_MAX + ")");
        }
        if (user.isEmpty() || bytes(user) > SessionTable.STRING_BYTES_MAX) {
            throw malformed("[" + index + "].user: " + bytes(user) + " bytes (expected: 1 to "
                    + SessionTable.STRING_BYTES_MAX + ")");
        }
    }

    private static void checkRoom(NodeRef room) {
        if (room.getName().isEmpty() || bytes(room.getName()) > NAME_BYTES_MAX) {
            throw malformed("room.name: " + bytes(room.getName()) + " bytes (expected: 1 to " + NAME_BYTES_MAX + ")");
        }
    }

    /** Of UTF-8; most strings are ASCII and short, and are not encoded for that. */
    private static int bytes(String text) {
        return text.length() * 3 <= SessionTable.STRING_BYTES_MAX
                ? text.length()
                : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static RpcException malformed(String message) {
        return new RpcException(RpcStatus.MALFORMED, true, message);
    }
}

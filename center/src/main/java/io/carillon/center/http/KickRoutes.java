package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.kick.FilterKick;
import io.carillon.center.kick.FilterKickAnswer;
import io.carillon.center.kick.KickAnswer;
import io.carillon.center.kick.UserKick;
import io.carillon.center.message.MessageIds;
import io.carillon.contract.BanLiftRequest;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastGetRequest;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.Presence;
import io.carillon.contract.RoomProgress;
import io.carillon.contract.UserKey;
import io.carillon.runtime.contract.SaverMethods;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Kicks by user and by filter, and the end of a ban. */
final class KickRoutes {
    private static final long REFUSED_RETRY_AFTER_SECONDS = 60;

    private final UserKick users;
    private final FilterKick filters;
    private final SaverClient savers;

    KickRoutes(UserKick users, FilterKick filters, SaverClient savers) {
        this.users = users;
        this.filters = filters;
        this.savers = savers;
    }

    List<ApiRoute> routes() {
        return List.of(
                new ApiRoute(HttpMethod.POST, "/v1/users/{user}/kick", Access.APP, this::kick),
                new ApiRoute(HttpMethod.DELETE, "/v1/users/{user}/ban", Access.APP, this::lift),
                new ApiRoute(HttpMethod.POST, "/v1/kicks", Access.APP, this::post),
                new ApiRoute(HttpMethod.GET, "/v1/kicks/{id}", Access.APP, this::progress));
    }

    private CompletableFuture<HttpResponse> kick(ApiRequest request) {
        UserKey user = key(request);
        PostedKickReader.ByUser kick = PostedKickReader.byUser(request.body());
        return users.kick(user, kick.reason(), kick.banMs()).thenApply(answer -> switch (answer) {
            case KickAnswer.Done done -> Json.ok(done(done));
            case KickAnswer.Refused refused -> refused(refused.reason());
        });
    }

    private static ObjectNode done(KickAnswer.Done done) {
        ObjectNode body = Json.object().put("kicked", done.kicked());
        if (done.presence() == Presence.PRESENCE_UNKNOWN || done.presence() == Presence.UNRECOGNIZED) {
            body.putNull("online");
        } else {
            body.put("online", done.presence() == Presence.PRESENCE_ONLINE);
        }
        if (done.bannedUntilMs() > 0) {
            body.put("banned_until", Json.time(done.bannedUntilMs()));
        }
        return body;
    }

    private static HttpResponse refused(String reason) {
        return Problem.retryAfter(ProblemCode.QUOTA_EXCEEDED, REFUSED_RETRY_AFTER_SECONDS, reason)
                .toResponse();
    }

    private CompletableFuture<HttpResponse> lift(ApiRequest request) {
        BanLiftRequest lift = BanLiftRequest.newBuilder().setUser(key(request)).build();
        return savers.ask(SaverMethods.BAN_LIFT, lift)
                .thenApply(response -> Json.ok(Json.object().put("lifted", response.getLifted())));
    }

    private CompletableFuture<HttpResponse> post(ApiRequest request) {
        String key = IdempotencyKey.of(request);
        byte[] body = request.body();
        PostedKickReader.ByFilter kick = PostedKickReader.byFilter(body);
        return filters.post(request.app().getId(), kick.audience(), kick.reason(), kick.banMs(), key, body)
                .thenApply(answer -> switch (answer) {
                    case FilterKickAnswer.Stored stored ->
                        Json.answer(HttpStatus.ACCEPTED, Json.object().put("kick_id", Json.hex(stored.id())));
                    case FilterKickAnswer.KeyConflict conflict ->
                        IdempotencyKey.conflict().toResponse();
                    case FilterKickAnswer.Refused refused -> refused(refused.reason());
                });
    }

    private CompletableFuture<HttpResponse> progress(ApiRequest request) {
        BroadcastGetRequest get = BroadcastGetRequest.newBuilder()
                .setApp(request.app().getId())
                .setId(id(request))
                .build();
        return savers.ask(SaverMethods.BROADCAST_GET, get).thenApply(response -> {
            Broadcast found = response.getBroadcast();
            if (!response.hasBroadcast() || found.getSpec().getKind() != BroadcastKind.BROADCAST_KIND_KICK) {
                throw new ProblemException(Problem.of(
                        ProblemCode.NOT_FOUND,
                        "No kick with the id " + request.path("id") + " is known, or it is too long ago."));
            }
            return Json.ok(progress(found));
        });
    }

    private static ObjectNode progress(Broadcast kick) {
        List<RoomProgress> rooms = kick.getRoomsList();
        ObjectNode body = Json.object()
                .put("kick_id", Json.hex(kick.getSpec().getId()))
                .put("state", label(kick.getState().name(), "BROADCAST_STATE_"))
                .put(
                        "targeted",
                        rooms.stream().mapToLong(RoomProgress::getTargeted).sum())
                .put("ended", rooms.stream().mapToLong(RoomProgress::getWritten).sum())
                .put("accepted_at", Json.time(kick.getSpec().getAcceptedAtMs()));
        putTime(body, "started_at", kick.getStartedAtMs());
        putTime(body, "finished_at", kick.getFinishedAtMs());
        ArrayNode list = body.putArray("rooms");
        rooms.forEach(room -> list.addObject()
                .put("room", room.getRoom().getName())
                .put("incarnation", Long.toUnsignedString(room.getRoom().getIncarnation()))
                .put("state", label(room.getState().name(), "TASK_STATE_"))
                .put("targeted", room.getTargeted())
                .put("ended", room.getWritten()));
        return body;
    }

    private static String label(String name, String prefix) {
        return (name.startsWith(prefix) ? name.substring(prefix.length()) : name).toLowerCase(Locale.ROOT);
    }

    private static void putTime(ObjectNode body, String name, long epochMs) {
        if (epochMs == 0) {
            body.putNull(name);
        } else {
            body.put(name, Json.time(epochMs));
        }
    }

    private static ByteString id(ApiRequest request) {
        String text = request.path("id");
        if (text.length() == 2 * MessageIds.BYTES) {
            try {
                return ByteString.copyFrom(HexFormat.of().parseHex(text));
            } catch (IllegalArgumentException e) {
                // Refused together with what has another length.
            }
        }
        throw new ProblemException(Problem.field(
                ProblemCode.INVALID_FIELD,
                "id",
                "not an id (expected: " + 2 * MessageIds.BYTES + " hexadecimal characters)"));
    }

    private static UserKey key(ApiRequest request) {
        return UserKey.newBuilder()
                .setApp(request.app().getId())
                .setUser(request.user())
                .build();
    }
}

package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.carillon.center.broadcast.AudienceCount;
import io.carillon.center.broadcast.AudienceCounter;
import io.carillon.center.broadcast.BroadcastAnswer;
import io.carillon.center.broadcast.BroadcastPost;
import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.BroadcastChange;
import io.carillon.contract.BroadcastChangeRequest;
import io.carillon.contract.BroadcastChangeResponse;
import io.carillon.contract.BroadcastGetRequest;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastLedgerRequest;
import io.carillon.contract.BroadcastListRequest;
import io.carillon.contract.BroadcastState;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code /v1/broadcasts}: posting, counting beforehand, how far it is, and steering. */
final class BroadcastRoutes {
    private static final String PATH = "/v1/broadcasts";
    private static final long PAGE_DEFAULT = 50;
    private static final long PAGE_MAX = 100;
    private static final long REFUSED_RETRY_AFTER_SECONDS = 60;

    private final BroadcastPost post;
    private final AudienceCounter audiences;
    private final SaverClient savers;
    private final Clock clock;

    BroadcastRoutes(BroadcastPost post, AudienceCounter audiences, SaverClient savers, Clock clock) {
        this.post = post;
        this.audiences = audiences;
        this.savers = savers;
        this.clock = clock;
    }

    List<ApiRoute> routes() {
        return List.of(
                new ApiRoute(HttpMethod.POST, PATH, Access.APP, this::post),
                new ApiRoute(HttpMethod.GET, PATH, Access.APP, this::list),
                new ApiRoute(HttpMethod.GET, PATH + "/{id}", Access.APP, this::broadcast),
                new ApiRoute(HttpMethod.GET, PATH + "/{id}/ledger", Access.APP, this::ledger),
                change("/pause", BroadcastChange.BROADCAST_CHANGE_PAUSE),
                change("/resume", BroadcastChange.BROADCAST_CHANGE_RESUME),
                change("/cancel", BroadcastChange.BROADCAST_CHANGE_CANCEL));
    }

    private CompletableFuture<HttpResponse> post(ApiRequest request) {
        String key = IdempotencyKey.of(request);
        byte[] body = request.body();
        PostedBroadcastReader.Read read = PostedBroadcastReader.read(body, clock.millis());
        String app = request.app().getId();
        if (read.dryRun()) {
            return audiences.count(app, read.broadcast().audience()).thenApply(BroadcastRoutes::counted);
        }
        return post.post(app, read.broadcast(), key, body).thenApply(answer -> switch (answer) {
            case BroadcastAnswer.Stored stored ->
                Json.answer(HttpStatus.ACCEPTED, Json.object().put("broadcast_id", Json.hex(stored.id())));
            case BroadcastAnswer.KeyConflict conflict ->
                IdempotencyKey.conflict().toResponse();
            case BroadcastAnswer.Refused refused ->
                Problem.retryAfter(ProblemCode.QUOTA_EXCEEDED, REFUSED_RETRY_AFTER_SECONDS, refused.reason())
                        .toResponse();
        });
    }

    private static HttpResponse counted(AudienceCount count) {
        ObjectNode body = Json.object().put("online", count.online()).put("users", count.users());
        if (count.incomplete()) {
            body.put("incomplete", true);
        }
        return Json.ok(body);
    }

    private CompletableFuture<HttpResponse> list(ApiRequest request) {
        BroadcastListRequest page = BroadcastListRequest.newBuilder()
                .setApp(request.app().getId())
                .setLimit((int) request.query("limit", 1, PAGE_MAX, PAGE_DEFAULT))
                .setBeforeId(request.queryId("cursor"))
                .setKind(BroadcastKind.BROADCAST_KIND_PUSH)
                .build();
        return savers.ask(SaverMethods.BROADCAST_LIST, page).thenApply(response -> {
            ObjectNode body = Json.object();
            ArrayNode broadcasts = body.putArray("broadcasts");
            long nowMs = clock.millis();
            response.getBroadcastsList().forEach(found -> broadcasts.add(BroadcastView.summary(found, nowMs)));
            if (response.getMore() && response.getBroadcastsCount() > 0) {
                body.put(
                        "next_cursor",
                        Json.hex(response.getBroadcasts(response.getBroadcastsCount() - 1)
                                .getSpec()
                                .getId()));
            }
            return Json.ok(body);
        });
    }

    private CompletableFuture<HttpResponse> broadcast(ApiRequest request) {
        BroadcastGetRequest get = BroadcastGetRequest.newBuilder()
                .setApp(request.app().getId())
                .setId(request.id())
                .build();
        return savers.ask(SaverMethods.BROADCAST_GET, get).thenApply(response -> {
            if (!response.hasBroadcast()
                    || response.getBroadcast().getSpec().getKind() != BroadcastKind.BROADCAST_KIND_PUSH) {
                throw notFound(request);
            }
            return Json.ok(BroadcastView.whole(response.getBroadcast(), clock.millis()));
        });
    }

    private CompletableFuture<HttpResponse> ledger(ApiRequest request) {
        BroadcastLedgerRequest ledger = BroadcastLedgerRequest.newBuilder()
                .setApp(request.app().getId())
                .setId(request.id())
                .setLimit((int) request.query("limit", 1, PAGE_MAX, PAGE_DEFAULT))
                .setAfterUser(request.queryUser("cursor"))
                .setUser(request.queryUser("user"))
                .build();
        return savers.ask(SaverMethods.BROADCAST_LEDGER, ledger).thenApply(found -> {
            boolean nothing = found.getStepsCount() == 0 && found.getUsersCount() == 0;
            if (nothing && found.getIncomplete()) {
                throw new RpcException(RpcStatus.FAILED, "not every saver answered, and no other knows it");
            }
            if (nothing) {
                throw notFound(request);
            }
            return Json.ok(BroadcastLedgerView.render(request.id(), found));
        });
    }

    private ApiRoute change(String path, BroadcastChange change) {
        return new ApiRoute(HttpMethod.POST, PATH + "/{id}" + path, Access.APP, request -> {
            BroadcastChangeRequest wanted = BroadcastChangeRequest.newBuilder()
                    .setApp(request.app().getId())
                    .setId(request.id())
                    .setChange(change)
                    .build();
            return savers.ask(SaverMethods.BROADCAST_CHANGE, wanted)
                    .thenApply(response -> changed(request, change, response));
        });
    }

    private static HttpResponse changed(ApiRequest request, BroadcastChange change, BroadcastChangeResponse response) {
        BroadcastState state = response.getState();
        if (state == BroadcastState.BROADCAST_STATE_UNSPECIFIED) {
            throw notFound(request);
        }
        String label = BroadcastView.state(state, 0, 0);
        if (response.getChanged() || stands(change, state)) {
            return Json.ok(
                    Json.object().put("broadcast_id", Json.hex(request.id())).put("state", label));
        }
        return Problem.of(refusal(state), "state: " + label + " (expected: one that can be left)")
                .with(Json.object().put("state", label))
                .toResponse();
    }

    /** What was asked for is so already: a repeat whose first answer was lost is no mistake. */
    private static boolean stands(BroadcastChange change, BroadcastState state) {
        return switch (change) {
            case BROADCAST_CHANGE_PAUSE -> state == BroadcastState.BROADCAST_STATE_PAUSED;
            case BROADCAST_CHANGE_RESUME -> state == BroadcastState.BROADCAST_STATE_RUNNING;
            case BROADCAST_CHANGE_CANCEL -> state == BroadcastState.BROADCAST_STATE_CANCELLED;
            case BROADCAST_CHANGE_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    private static ProblemCode refusal(BroadcastState state) {
        return switch (state) {
            case BROADCAST_STATE_FINISHED, BROADCAST_STATE_CANCELLED -> ProblemCode.BROADCAST_OVER;
            case BROADCAST_STATE_WAITING,
                    BROADCAST_STATE_RUNNING,
                    BROADCAST_STATE_PAUSED,
                    BROADCAST_STATE_UNSPECIFIED,
                    UNRECOGNIZED -> ProblemCode.NOT_PAUSED;
        };
    }

    private static ProblemException notFound(ApiRequest request) {
        return new ProblemException(
                Problem.of(ProblemCode.NOT_FOUND, "No broadcast with the id " + request.path("id") + " is known."));
    }
}

package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.carillon.center.app.AppCounters;
import io.carillon.center.app.Quotas;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.message.MessagePost;
import io.carillon.center.message.PostAnswer;
import io.carillon.center.message.PostedMessage;
import io.carillon.center.message.UserAnswer;
import io.carillon.contract.App;
import io.carillon.contract.RecallRequest;
import io.carillon.contract.RequestCountsRequest;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** {@code /v1/messages} and {@code /v1/requests}: posting, what became of it, recall. */
final class MessageRoutes {
    private static final long RETRY_AFTER_SECONDS = 1;
    private static final long REFUSED_RETRY_AFTER_SECONDS = 60;

    private final MessagePost post;
    private final MessageHistory history;
    private final SaverClient savers;
    private final Quotas quotas;
    private final AppCounters counters;
    private final Clock clock;

    MessageRoutes(
            MessagePost post,
            MessageHistory history,
            SaverClient savers,
            Quotas quotas,
            AppCounters counters,
            Clock clock) {
        this.post = post;
        this.history = history;
        this.savers = savers;
        this.quotas = quotas;
        this.counters = counters;
        this.clock = clock;
    }

    List<ApiRoute> routes() {
        return List.of(
                new ApiRoute(HttpMethod.POST, "/v1/messages", Access.APP, this::post),
                new ApiRoute(HttpMethod.GET, "/v1/messages/{id}", Access.APP, this::message),
                new ApiRoute(HttpMethod.DELETE, "/v1/messages/{id}", Access.APP, this::recall),
                new ApiRoute(HttpMethod.GET, "/v1/requests/{id}", Access.APP, this::request));
    }

    private CompletableFuture<HttpResponse> post(ApiRequest request) {
        String key = IdempotencyKey.of(request);
        byte[] body = request.body();
        long nowMs = clock.millis();
        PostedMessage message = PostedMessageReader.read(body, nowMs);
        App app = request.app();
        boolean later = message.sendAtMs() > nowMs;
        return Recipients.resolved(savers, app.getId(), message).thenCompose(whole -> {
            admit(app, whole.users().size(), later);
            return post(app, whole, key, body);
        });
    }

    private CompletableFuture<HttpResponse> post(App app, PostedMessage message, @Nullable String key, byte[] body) {
        return post.post(app.getId(), message, key, body).thenApply(answer -> switch (answer) {
            case PostAnswer.Done done -> {
                counters.onAnswered(app.getId(), done.users());
                yield response(done);
            }
            case PostAnswer.KeyConflict conflict -> IdempotencyKey.conflict().toResponse();
            case PostAnswer.Refused refused ->
                Problem.retryAfter(ProblemCode.QUOTA_EXCEEDED, REFUSED_RETRY_AFTER_SECONDS, refused.reason())
                        .toResponse();
        });
    }

    /** What is put off meets the ceiling when it is due. */
    private void admit(App app, int users, boolean later) {
        boolean batch = users > 1 && !later;
        long waitSeconds = batch ? quotas.takeDeliveries(app, users) : 0;
        if (waitSeconds > 0) {
            throw exceeded(
                    waitSeconds,
                    "The app may make " + Integer.toUnsignedString(app.getDeliveriesPerSecondMax())
                            + " deliveries a second by its broadcasts and messages to several users.");
        }
        waitSeconds = quotas.take(app, users);
        if (waitSeconds > 0) {
            if (batch) {
                quotas.returnDeliveries(app, users);
            }
            throw exceeded(waitSeconds, "The app may send " + app.getMessagesPerSecond() + " messages a second.");
        }
    }

    private static ProblemException exceeded(long waitSeconds, String detail) {
        return new ProblemException(Problem.retryAfter(ProblemCode.QUOTA_EXCEEDED, waitSeconds, detail));
    }

    private static HttpResponse response(PostAnswer.Done done) {
        ObjectNode body = Json.object().put("request_id", Json.hex(done.requestId()));
        ArrayNode results = body.putArray("results");
        done.users().forEach(answer -> results.add(result(answer)));
        if (done.users().isEmpty()) {
            return Json.ok(body);
        }
        boolean allNotStored =
                done.users().stream().allMatch(answer -> answer.status() == UserAnswer.Status.NOT_STORED);
        if (allNotStored) {
            return Problem.retryAfter(ProblemCode.NOT_STORED, RETRY_AFTER_SECONDS, "No store took the message.")
                    .with(body)
                    .toResponse();
        }
        boolean nothingCertain = done.users().stream()
                .allMatch(answer -> answer.status() == UserAnswer.Status.NOT_STORED
                        || answer.status() == UserAnswer.Status.UNKNOWN);
        if (nothingCertain) {
            return Problem.of(
                            ProblemCode.UNKNOWN,
                            "The message may be stored and delivered. Try again with the same Idempotency-Key.")
                    .with(body)
                    .toResponse();
        }
        return Json.ok(body);
    }

    private static ObjectNode result(UserAnswer answer) {
        ObjectNode result = Json.object()
                .put("user", answer.user())
                .put("message_id", Json.hex(answer.messageId()))
                .put("status", answer.status().label())
                .put("online", answer.online());
        if (answer.status() == UserAnswer.Status.STORED) {
            result.put("seq", answer.seq());
            ArrayNode copies = result.putArray("copies");
            if (answer.inRedis()) {
                copies.add("redis");
            }
            if (answer.inMysql()) {
                copies.add("mysql");
            }
        }
        if (!answer.reason().isEmpty()) {
            result.putObject("error").put("code", answer.reason()).put("detail", answer.detail());
        }
        return result;
    }

    private CompletableFuture<HttpResponse> message(ApiRequest request) {
        return history.message(request.app().getId(), request.id()).thenApply(found -> {
            if (found == null) {
                throw notFound("message", request);
            }
            return Json.ok(found);
        });
    }

    private CompletableFuture<HttpResponse> recall(ApiRequest request) {
        RecallRequest recall = RecallRequest.newBuilder()
                .setApp(request.app().getId())
                .setMessageId(request.id())
                .build();
        return savers.ask(SaverMethods.RECALL, recall).thenApply(response -> {
            if (response.getRecalled()) {
                return Json.ok(Json.object().put("recalled", true).put("state", "recalled"));
            }
            if (response.getState().isEmpty()) {
                throw notFound("message", request);
            }
            return Problem.of(ProblemCode.NOT_PENDING, "state: " + response.getState() + " (expected: pending)")
                    .with(Json.object().put("state", response.getState()))
                    .toResponse();
        });
    }

    private CompletableFuture<HttpResponse> request(ApiRequest request) {
        RequestCountsRequest counts = RequestCountsRequest.newBuilder()
                .setApp(request.app().getId())
                .setRequestId(request.id())
                .build();
        return savers.ask(SaverMethods.REQUEST_COUNTS, counts).thenApply(response -> {
            if (!response.getFound() && response.getIncomplete()) {
                throw new RpcException(RpcStatus.FAILED, "not every saver answered, and no other knows it");
            }
            if (!response.getFound()) {
                throw notFound("request", request);
            }
            ObjectNode body = Json.object().put("request_id", request.path("id"));
            ObjectNode states = body.putObject("states");
            response.getByStateMap().forEach(states::put);
            if (response.getIncomplete()) {
                body.put("incomplete", true);
            }
            return Json.ok(body);
        });
    }

    private static ProblemException notFound(String what, ApiRequest request) {
        return new ProblemException(Problem.of(
                ProblemCode.NOT_FOUND,
                "No " + what + " with the id " + request.path("id") + " is known, or it is too long ago."));
    }
}

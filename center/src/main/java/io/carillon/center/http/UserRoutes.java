package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.carillon.center.app.ClientTokens;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.route.Router;
import io.carillon.center.route.TagHints;
import io.carillon.contract.ForgetRequest;
import io.carillon.contract.LabelsRequest;
import io.carillon.contract.LabelsResponse;
import io.carillon.contract.LookupResult;
import io.carillon.contract.MailboxRequest;
import io.carillon.contract.MailboxResponse;
import io.carillon.contract.Presence;
import io.carillon.contract.StoredMessage;
import io.carillon.contract.UserKey;
import io.carillon.runtime.contract.SaverMethods;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** {@code /v1/users} and {@code /v1/tokens}: where a user is, what waits for it, and its token. */
final class UserRoutes {
    private static final long PAGE_DEFAULT = 50;
    private static final long PAGE_MAX = 100;

    private final Router router;
    private final SaverClient savers;
    private final TagHints hints;
    private final ClientTokens tokens;

    UserRoutes(Router router, SaverClient savers, TagHints hints, ClientTokens tokens) {
        this.router = router;
        this.savers = savers;
        this.hints = hints;
        this.tokens = tokens;
    }

    List<ApiRoute> routes() {
        return List.of(
                new ApiRoute(HttpMethod.GET, "/v1/users/{user}", Access.APP, this::user),
                new ApiRoute(HttpMethod.DELETE, "/v1/users/{user}", Access.APP, this::forget),
                new ApiRoute(HttpMethod.GET, "/v1/users/{user}/messages", Access.APP, this::messages),
                new ApiRoute(HttpMethod.POST, "/v1/tokens", Access.APP, this::token));
    }

    private CompletableFuture<HttpResponse> user(ApiRequest request) {
        UserKey user = key(request);
        MailboxRequest mailbox =
                MailboxRequest.newBuilder().setUser(user).setLimit(1).build();
        CompletableFuture<Optional<LabelsResponse>> labels = savers.ask(
                        SaverMethods.LABELS,
                        LabelsRequest.newBuilder().setUser(user).build())
                .handle((found, failure) -> Optional.ofNullable(found));
        return savers.ask(SaverMethods.MAILBOX, mailbox)
                .thenCombine(router.lookup(List.of(user)), (pending, seen) -> user(user, pending, seen.getFirst()))
                .thenCombine(labels, (body, found) -> Json.ok(withLabels(body, found.orElse(null))));
    }

    private static ObjectNode withLabels(ObjectNode body, @Nullable LabelsResponse labels) {
        if (labels == null) {
            return body.putNull("tags").putNull("aliases");
        }
        labels.getTagsList().forEach(body.putArray("tags")::add);
        labels.getAliasesList().forEach(body.putArray("aliases")::add);
        return body;
    }

    private static ObjectNode user(UserKey user, MailboxResponse mailbox, LookupResult seen) {
        ObjectNode body = Json.object().put("user", user.getUser());
        if (seen.getPresence() == Presence.PRESENCE_ONLINE) {
            body.put("online", true)
                    .put("room", seen.getRoute().getRoom())
                    .put("connected_at", Json.time(seen.getConnectedAtMs()))
                    .put("network", seen.getNetwork());
        } else if (seen.getPresence() == Presence.PRESENCE_OFFLINE) {
            body.put("online", false);
        } else {
            body.putNull("online");
        }
        return body.put("pending", mailbox.getCount());
    }

    private CompletableFuture<HttpResponse> messages(ApiRequest request) {
        MailboxRequest mailbox = MailboxRequest.newBuilder()
                .setUser(key(request))
                .setLimit((int) request.query("limit", 1, PAGE_MAX, PAGE_DEFAULT))
                .setAfterSeq(request.query("cursor", 0, Long.MAX_VALUE, 0))
                .build();
        return savers.ask(SaverMethods.MAILBOX, mailbox).thenApply(response -> {
            ObjectNode body = Json.object().put("pending", response.getCount());
            ArrayNode messages = body.putArray("messages");
            response.getMessagesList().forEach(message -> messages.add(message(message)));
            if (response.getMore() && response.getMessagesCount() > 0) {
                long last =
                        response.getMessages(response.getMessagesCount() - 1).getSeq();
                body.put("next_cursor", Long.toString(last));
            }
            return Json.ok(body);
        });
    }

    private static ObjectNode message(StoredMessage message) {
        return Json.object()
                .put("message_id", Json.hex(message.getMessageId()))
                .put("request_id", Json.hex(message.getRequestId()))
                .put("seq", message.getSeq())
                .put("accepted_at", Json.time(message.getAcceptedAtMs()))
                .put("expires_at", Json.time(message.getExpiresAtMs()))
                .put("late", message.getLate())
                .put(
                        "payload_base64",
                        Base64.getEncoder().encodeToString(message.getPayload().toByteArray()));
    }

    private CompletableFuture<HttpResponse> forget(ApiRequest request) {
        ForgetRequest forget = ForgetRequest.newBuilder().setUser(key(request)).build();
        return savers.ask(SaverMethods.FORGET, forget).thenApply(response -> {
            hints.hint(forget.getUser(), response.getTagsVersion());
            return Json.ok(Json.object().put("dropped", response.getDropped()));
        });
    }

    private CompletableFuture<HttpResponse> token(ApiRequest request) {
        JsonFields fields = Json.read(request.body());
        String user = fields.text("user");
        String defect = UserNames.defect(user);
        if (defect != null) {
            throw fields.invalid("user", defect);
        }
        long ttlMax = ClientTokens.ttlMaxSeconds(request.app());
        long ttlSeconds = fields.number("ttl_seconds", 1, ttlMax, Math.min(ttlMax, ClientTokens.TTL_DEFAULT_SECONDS));
        fields.end();
        ClientTokens.ClientToken token = tokens.issue(request.app(), user, ttlSeconds);
        if (token == null) {
            throw new ProblemException(Problem.of(
                    ProblemCode.CONFLICT, "The app has no client secret (expected: one, to sign tokens with HS256)."));
        }
        return CompletableFuture.completedFuture(Json.ok(Json.object()
                .put("token", token.text())
                .put("expires_at", token.expiresAt().toString())));
    }

    private static UserKey key(ApiRequest request) {
        return UserKey.newBuilder()
                .setApp(request.app().getId())
                .setUser(request.user())
                .build();
    }
}

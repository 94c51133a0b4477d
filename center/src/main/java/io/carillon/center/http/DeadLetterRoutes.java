package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.DeadLetter;
import io.carillon.contract.DeadLettersReplayRequest;
import io.carillon.contract.DeadLettersRequest;
import io.carillon.contract.UplinkEntry;
import io.carillon.runtime.contract.SaverMethods;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** {@code /v1/webhooks/dead-letters}: what no endpoint took, to read and to have delivered again. */
final class DeadLetterRoutes {
    private static final String PATH = "/v1/webhooks/dead-letters";
    private static final long PAGE_DEFAULT = 50;
    private static final long PAGE_MAX = 100;
    private static final int REPLAY_IDS_MAX = 1_000;
    private static final Pattern ID = Pattern.compile("[0-9]{1,18}");

    private final SaverClient savers;

    DeadLetterRoutes(SaverClient savers) {
        this.savers = savers;
    }

    List<ApiRoute> routes() {
        return List.of(
                new ApiRoute(HttpMethod.GET, PATH, Access.APP, this::list),
                new ApiRoute(HttpMethod.POST, PATH + "/replay", Access.APP, this::replay));
    }

    private CompletableFuture<HttpResponse> list(ApiRequest request) {
        DeadLettersRequest page = DeadLettersRequest.newBuilder()
                .setApp(request.app().getId())
                .setLimit((int) request.query("limit", 1, PAGE_MAX, PAGE_DEFAULT))
                .setAfterId(request.query("cursor", 0, Long.MAX_VALUE, 0))
                .build();
        return savers.ask(SaverMethods.DEAD_LETTERS, page).thenApply(response -> {
            ObjectNode body = Json.object();
            ArrayNode letters = body.putArray("dead_letters");
            response.getLettersList().forEach(letter -> letters.add(letter(letter)));
            if (response.getMore() && response.getLettersCount() > 0) {
                body.put(
                        "cursor",
                        response.getLetters(response.getLettersCount() - 1).getId());
            }
            return Json.ok(body);
        });
    }

    private static ObjectNode letter(DeadLetter letter) {
        UplinkEntry entry = letter.getEntry();
        ObjectNode body = Json.object()
                .put("id", letter.getId())
                .put("type", type(entry))
                .put("user", entry.getUser())
                .put("forward_type", entry.getForwardType())
                .put("client_id", entry.getClientId())
                .put(
                        "payload_base64",
                        Base64.getEncoder().encodeToString(entry.getPayload().toByteArray()))
                .put("received_at", Json.time(entry.getReceivedAtMs()))
                .put("died_at", Json.time(letter.getDiedAtMs()))
                .put("attempts", letter.getAttempts())
                .put("error", letter.getError());
        switch (entry.getKind()) {
            case EVENT_KIND_PRESENCE ->
                body.putObject("presence")
                        .put("state", entry.getPresence().getOnline() ? "online" : "offline")
                        .put("version", entry.getPresence().getVersion())
                        .put("at", Json.time(entry.getPresence().getAtMs()));
            case EVENT_KIND_RECEIPT ->
                body.putObject("receipt")
                        .put("message_id", Json.hex(entry.getReceipt().getMessageId()))
                        .put("reason", entry.getReceipt().getReason())
                        .put("at", Json.time(entry.getReceipt().getAtMs()));
            case EVENT_KIND_UPLINK, UNRECOGNIZED -> {}
        }
        return body;
    }

    /** As the webhook's. */
    private static String type(UplinkEntry entry) {
        return switch (entry.getKind()) {
            case EVENT_KIND_PRESENCE -> "presence.changed";
            case EVENT_KIND_RECEIPT -> "message." + entry.getReceipt().getState();
            case EVENT_KIND_UPLINK, UNRECOGNIZED -> "uplink.received";
        };
    }

    private CompletableFuture<HttpResponse> replay(ApiRequest request) {
        JsonFields fields = Json.read(request.body());
        List<String> ids = fields.texts("ids", REPLAY_IDS_MAX);
        boolean all = fields.bool("all", false);
        fields.end();
        if (all == (ids != null)) {
            throw fields.invalid("ids", "neither or both of ids and all (expected: ids, or all: true)");
        }
        DeadLettersReplayRequest.Builder replay = DeadLettersReplayRequest.newBuilder()
                .setApp(request.app().getId())
                .setAll(all);
        if (ids != null) {
            replay.addAllIds(checked(fields, ids));
        }
        return savers.ask(SaverMethods.DEAD_LETTERS_REPLAY, replay.build())
                .thenApply(response -> Json.ok(Json.object().put("replayed", response.getReplayed())));
    }

    private static List<String> checked(JsonFields fields, List<String> ids) {
        if (ids.isEmpty()) {
            throw fields.invalid("ids", "empty (expected: 1 to " + REPLAY_IDS_MAX + " ids)");
        }
        for (int i = 0; i < ids.size(); i++) {
            if (!ID.matcher(ids.get(i)).matches()) {
                throw fields.invalid("ids[" + i + "]", "not an id (expected: as dead letters are listed)");
            }
        }
        return ids;
    }
}

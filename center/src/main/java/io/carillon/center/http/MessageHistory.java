package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.MessageEvent;
import io.carillon.contract.MessageRequest;
import io.carillon.contract.MessageResponse;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.contract.SaverMethods;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads the ledger of a message. Any saver puts the records of all of them together. Thread-safe. */
final class MessageHistory {
    private final SaverClient savers;

    MessageHistory(SaverClient savers) {
        this.savers = savers;
    }

    /** The history; null where the message is not known. Fails where one who did not answer may know it. */
    CompletableFuture<@Nullable ObjectNode> message(String app, ByteString id) {
        MessageRequest request =
                MessageRequest.newBuilder().setApp(app).setMessageId(id).build();
        return savers.ask(SaverMethods.MESSAGE, request).thenApply(found -> {
            if (!found.getFound() && found.getIncomplete()) {
                throw new RpcException(RpcStatus.FAILED, "not every saver answered, and no other knows it");
            }
            return found.getFound() ? render(id, found) : null;
        });
    }

    private static ObjectNode render(ByteString id, MessageResponse found) {
        ObjectNode body = Json.object()
                .put("message_id", Json.hex(id))
                .put("request_id", Json.hex(found.getRequestId()))
                .put("user", found.getUser().getUser())
                .put("state", found.getState());
        if (found.getSeq() > 0) {
            body.put("seq", found.getSeq());
        }
        if (found.getSendAtMs() > 0) {
            body.put("send_at", Json.time(found.getSendAtMs()));
        }
        ArrayNode events = body.putArray("events");
        found.getEventsList().forEach(event -> events.add(render(event)));
        if (found.getIncomplete()) {
            body.put("incomplete", true);
        }
        return body;
    }

    private static ObjectNode render(MessageEvent event) {
        ObjectNode rendered =
                Json.object().put("at", Json.time(event.getAtMs())).put("type", event.getType());
        if (!event.getNode().isEmpty()) {
            rendered.put("node", event.getNode());
        }
        if (!event.getReason().isEmpty()) {
            rendered.put("reason", event.getReason());
        }
        return rendered;
    }
}

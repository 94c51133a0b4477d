package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.carillon.contract.BroadcastLedgerResponse;
import io.carillon.contract.BroadcastStep;
import io.carillon.contract.BroadcastUserSteps;
import java.util.List;

/** The ledger of a broadcast as the API shows it. */
final class BroadcastLedgerView {
    private BroadcastLedgerView() {}

    static ObjectNode render(ByteString id, BroadcastLedgerResponse found) {
        ObjectNode body = Json.object().put("broadcast_id", Json.hex(id));
        events(body, found.getStepsList());
        ArrayNode users = body.putArray("users");
        for (BroadcastUserSteps user : found.getUsersList()) {
            ObjectNode rendered =
                    users.addObject().put("user", user.getUser()).put("state", state(user.getStepsList()));
            events(rendered, user.getStepsList());
        }
        if (found.getMore() && found.getUsersCount() > 0) {
            body.put("next_cursor", found.getUsers(found.getUsersCount() - 1).getUser());
        }
        if (found.getIncomplete()) {
            body.put("incomplete", true);
        }
        return body;
    }

    /** Acknowledged once is acknowledged, whatever another connection saw later; otherwise what happened last. */
    private static String state(List<BroadcastStep> steps) {
        boolean acked = steps.stream().anyMatch(step -> step.getType().equals("acked"));
        return acked ? "acked" : steps.getLast().getType();
    }

    private static void events(ObjectNode body, List<BroadcastStep> steps) {
        ArrayNode events = body.putArray("events");
        for (BroadcastStep step : steps) {
            ObjectNode event = events.addObject()
                    .put("at", Json.time(step.getAtMs()))
                    .put("type", step.getType())
                    .put("node", step.getNode());
            if (!step.getReason().isEmpty()) {
                event.put("reason", step.getReason());
            }
        }
    }
}

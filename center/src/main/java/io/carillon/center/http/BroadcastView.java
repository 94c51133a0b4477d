package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.contract.Audience;
import io.carillon.contract.Broadcast;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.RoomProgress;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** A broadcast as the API shows it. */
final class BroadcastView {
    private static final int STATE_PREFIX = "BROADCAST_STATE_".length();
    private static final int TASK_PREFIX = "TASK_STATE_".length();

    private BroadcastView() {}

    /** Without its rooms. */
    static ObjectNode summary(Broadcast broadcast, long nowMs) {
        BroadcastSpec spec = broadcast.getSpec();
        ObjectNode body = Json.object()
                .put("broadcast_id", Json.hex(spec.getId()))
                .put("state", state(broadcast.getState(), spec.getSendAtMs(), nowMs));
        body.set("audience", audience(spec.getAudience()));
        body.put("targeted", sum(broadcast, RoomProgress::getTargeted))
                .put("written", sum(broadcast, RoomProgress::getWritten))
                .put("acked", sum(broadcast, RoomProgress::getAcked));
        left(body, broadcast);
        body.put("ttl_seconds", spec.getTtlMs() / 1_000);
        if (spec.getRatePerSecond() == 0) {
            body.putNull("rate_per_second");
        } else {
            body.put("rate_per_second", Integer.toUnsignedLong(spec.getRatePerSecond()));
        }
        body.put("parallel", spec.getParallel());
        time(body, "accepted_at", spec.getAcceptedAtMs());
        time(body, "send_at", spec.getSendAtMs());
        time(body, "started_at", broadcast.getStartedAtMs());
        time(body, "finished_at", broadcast.getFinishedAtMs());
        time(body, "expires_at", broadcast.getExpiresAtMs());
        return body;
    }

    /** With its rooms; one that restarted stands there once for each of its lives. */
    static ObjectNode whole(Broadcast broadcast, long nowMs) {
        ObjectNode body = summary(broadcast, nowMs);
        ArrayNode rooms = body.putArray("rooms");
        broadcast.getRoomsList().forEach(room -> {
            ObjectNode one = rooms.addObject()
                    .put("room", room.getRoom().getName())
                    .put("incarnation", Long.toUnsignedString(room.getRoom().getIncarnation()))
                    .put("state", label(room.getState().name(), TASK_PREFIX))
                    .put("targeted", room.getTargeted())
                    .put("written", room.getWritten())
                    .put("acked", room.getAcked());
            if (room.hasLeft()) {
                one.put("left", room.getLeft());
            } else {
                one.putNull("left");
            }
        });
        return body;
    }

    /** A sum that leaves a room out would look like an end that is near: there is none until each room has begun. */
    private static void left(ObjectNode body, Broadcast broadcast) {
        boolean started =
                broadcast.getStartedAtMs() > 0 || broadcast.getState() == BroadcastState.BROADCAST_STATE_CANCELLED;
        if (started && broadcast.getRoomsList().stream().allMatch(RoomProgress::hasLeft)) {
            body.put("left", sum(broadcast, RoomProgress::getLeft));
        } else {
            body.putNull("left");
        }
    }

    static String state(BroadcastState state, long sendAtMs, long nowMs) {
        return state == BroadcastState.BROADCAST_STATE_WAITING && sendAtMs > nowMs
                ? "scheduled"
                : label(state.name(), STATE_PREFIX);
    }

    private static String label(String name, int prefix) {
        return name.substring(Math.min(prefix, name.length())).toLowerCase(Locale.ROOT);
    }

    private static ObjectNode audience(Audience audience) {
        ObjectNode body = Json.object();
        list(body, "tags_any", audience.getTagsAnyList());
        list(body, "tags_all", audience.getTagsAllList());
        list(body, "tags_none", audience.getTagsNoneList());
        return body.isEmpty() ? body.put("all", true) : body;
    }

    private static void list(ObjectNode body, String name, List<String> values) {
        if (!values.isEmpty()) {
            ArrayNode list = body.putArray(name);
            values.forEach(list::add);
        }
    }

    private static long sum(Broadcast broadcast, ToLongFunction<RoomProgress> count) {
        return broadcast.getRoomsList().stream().mapToLong(count).sum();
    }

    /** Null where it has not happened, or was not said. */
    private static void time(ObjectNode body, String name, long epochMs) {
        if (epochMs == 0) {
            body.putNull(name);
        } else {
            body.put(name, Json.time(epochMs));
        }
    }
}

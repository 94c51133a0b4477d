package io.carillon.deploy.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.carillon.deploy.fleet.FleetState.Member;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.time.Duration;

/** Empties one room through center and waits for the end of its process. */
final class RoomDrain {
    private static final long POLL_MS = 500;
    /** HTTP: nothing was done; it may have been done. */
    private static final int UNAVAILABLE = 503;

    private static final int UNKNOWN = 504;
    /** How long the order is given again while it is not answered. */
    private static final Duration BEGIN_MAX = Duration.ofSeconds(60);
    /** For the ordered end of a process that is empty. */
    private static final Duration END_MAX = Duration.ofSeconds(40);

    private final FleetState state;
    private final Member room;
    private final boolean force;
    private final Progress progress;

    /** @param force also where no other room takes clients */
    RoomDrain(FleetState state, Member room, boolean force, Progress progress) {
        this.state = state;
        this.room = room;
        this.force = force;
        this.progress = progress;
    }

    /** Returns when the process is gone, or after the room's own limit and the time to end. */
    void run() throws FleetException, InterruptedException {
        String path = "/admin/v1/nodes/" + CenterClient.segment(room.name()) + "/drain";
        try (CenterClient center = Centers.ofAdmin(state)) {
            CenterClient.Answer begun = begin(center, path);
            progress.step("draining " + room.name() + ": "
                    + begun.body().path("connections").asLong() + " connections");
            long limitMs = 1000L * begun.body().path("limit_seconds").asLong() + END_MAX.toMillis();
            long startedNs = System.nanoTime();
            while (room.alive()) {
                if (Duration.ofNanos(System.nanoTime() - startedNs).toMillis() > limitMs) {
                    progress.step(room.name() + " is not drained after " + limitMs / 1000 + " s: stopping it");
                    return;
                }
                tell(center.get(path));
                Thread.sleep(POLL_MS);
            }
        } catch (CenterException e) {
            throw new FleetException(room.name() + " can't be drained: " + e.getMessage(), e);
        }
    }

    /** A room or a center that is busy may not answer in time; the order may be given again, since a room drains once. */
    private CenterClient.Answer begin(CenterClient center, String path)
            throws FleetException, CenterException, InterruptedException {
        long startedNs = System.nanoTime();
        while (true) {
            CenterClient.Answer begun =
                    center.post(path, JsonNodeFactory.instance.objectNode().put("force", force));
            if (begun.ok()) {
                return begun;
            }
            boolean mayHelp = begun.status() == UNAVAILABLE || begun.status() == UNKNOWN;
            if (!mayHelp || Duration.ofNanos(System.nanoTime() - startedNs).compareTo(BEGIN_MAX) > 0) {
                throw new FleetException(room.name() + " can't be drained: " + begun.problem());
            }
            Thread.sleep(POLL_MS);
        }
    }

    /** A room that is ending does not answer any more. */
    private void tell(CenterClient.Answer answer) {
        JsonNode body = answer.body();
        if (answer.ok()) {
            progress.counting(
                    "draining " + room.name() + ": " + body.path("asked").asLong() + " of "
                            + body.path("planned").asLong() + " asked, "
                            + body.path("connections").asLong() + " left");
        }
    }
}

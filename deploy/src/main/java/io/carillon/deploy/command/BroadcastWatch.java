package io.carillon.deploy.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.carillon.deploy.fleet.Progress;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Follows a broadcast to its end and says how far it is; rides out centers that do not answer for a while. */
final class BroadcastWatch {
    private static final long POLL_MS = 500;
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    private final CenterClient center;
    private final Progress progress;

    BroadcastWatch(CenterClient center, Progress progress) {
        this.center = center;
        this.progress = progress;
    }

    /**
     * True when it has finished, false where it was cancelled.
     *
     * @throws CenterException if nobody could say how far it is for 30 s, or nobody knows it
     */
    boolean untilOver(String id) throws CenterException, InterruptedException {
        long heardNs = System.nanoTime();
        String told = "";
        while (true) {
            JsonNode broadcast = read(id, System.nanoTime() - heardNs > SILENCE_MAX.toNanos());
            if (broadcast != null) {
                heardNs = System.nanoTime();
                String state = broadcast.path("state").asText();
                if (state.equals("finished") || state.equals("cancelled")) {
                    progress.step(line(broadcast));
                    return state.equals("finished");
                }
                if (!state.equals(told)) {
                    progress.step(line(broadcast));
                    told = state;
                }
                progress.counting(line(broadcast));
            }
            Thread.sleep(POLL_MS);
        }
    }

    /** Null where nobody could answer just now. */
    private @Nullable JsonNode read(String id, boolean last) throws CenterException, InterruptedException {
        CenterClient.Answer answer;
        try {
            answer = center.get("/v1/broadcasts/" + CenterClient.segment(id));
        } catch (CenterException unreachable) {
            if (last) {
                throw unreachable;
            }
            return null;
        }
        if (answer.ok()) {
            return answer.body();
        }
        if (last || answer.status() < 500) {
            throw new CenterException(answer.problem());
        }
        return null;
    }

    private static String line(JsonNode broadcast) {
        return broadcast.path("state").asText() + ": targeted "
                + broadcast.path("targeted").asLong() + ", written "
                + broadcast.path("written").asLong() + ", acked "
                + broadcast.path("acked").asLong();
    }
}

package io.carillon.room.label;

import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What clients' tags need of the room around them. Thread-safe; answers come on any thread. */
public interface Labels {
    boolean clientsMayTag(String app);

    /** saver, asked once or twice. */
    CompletableFuture<LabelsChangeResponse> change(LabelsChangeRequest request, Duration timeout);

    /** Counts frames. */
    void onOutcome(TagsOutcome outcome, int frames);
}

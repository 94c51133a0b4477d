package io.carillon.room.delivery;

import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** saver, as far as a loop asks it. Thread-safe; answers come on any thread. */
public interface Mailboxes {
    CompletableFuture<LoadResponse> load(LoadRequest request, Duration timeout);

    CompletableFuture<AckResponse> ack(AckRequest request, Duration timeout);
}

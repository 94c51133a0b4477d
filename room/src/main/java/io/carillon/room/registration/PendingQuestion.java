package io.carillon.room.registration;

import io.carillon.contract.PendingRequest;
import io.carillon.contract.PendingResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asks saver which users have something in their mailbox. Thread-safe; answers come on any thread. */
@FunctionalInterface
public interface PendingQuestion {
    CompletableFuture<PendingResponse> ask(PendingRequest request, Duration timeout);
}

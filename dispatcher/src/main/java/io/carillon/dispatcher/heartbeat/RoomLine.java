package io.carillon.dispatcher.heartbeat;

import io.carillon.contract.HeartbeatsRequest;
import io.carillon.contract.HeartbeatsResponse;
import java.util.concurrent.CompletableFuture;

/** A room that is connected. */
public interface RoomLine {
    String name();

    /** Which life of it. */
    long incarnation();

    /** Completes in a bounded time, on any thread. */
    CompletableFuture<HeartbeatsResponse> exchange(HeartbeatsRequest request);
}

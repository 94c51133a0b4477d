package io.carillon.room.broadcast;

import io.carillon.contract.BroadcastCountsRequest;
import io.carillon.contract.BroadcastCountsResponse;
import io.carillon.contract.BroadcastsRequest;
import io.carillon.contract.BroadcastsResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** saver, as far as broadcasts ask it. Thread-safe; answers come on any thread. */
public interface BroadcastStore {
    CompletableFuture<BroadcastsResponse> lists(BroadcastsRequest request, Duration timeout);

    CompletableFuture<BroadcastCountsResponse> counts(BroadcastCountsRequest request, Duration timeout);
}

package io.carillon.room.uplink;

import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** coordinator, as far as a loop asks it. Thread-safe; answers come on any thread. */
public interface Uplinks {
    CompletableFuture<UplinkResponse> uplink(UplinkRequest request, Duration timeout);
}

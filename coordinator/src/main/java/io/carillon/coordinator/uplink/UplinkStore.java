package io.carillon.coordinator.uplink;

import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettleResponse;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import java.util.concurrent.CompletableFuture;

/** The durable queue of uplinks, behind saver. Thread-safe; the futures complete on an event loop. */
public interface UplinkStore {
    CompletableFuture<UplinkPutResponse> put(UplinkPutRequest request);

    CompletableFuture<UplinkTakeResponse> take(UplinkTakeRequest request);

    CompletableFuture<UplinkSettleResponse> settle(UplinkSettleRequest request);
}

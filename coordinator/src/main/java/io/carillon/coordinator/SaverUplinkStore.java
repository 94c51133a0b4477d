package io.carillon.coordinator;

import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettleResponse;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import io.carillon.coordinator.uplink.UplinkStore;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.peers.Peers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The queue behind any saver. Thread-safe. */
final class SaverUplinkStore implements UplinkStore {
    private final Peers savers;
    private final Duration timeout;

    SaverUplinkStore(Peers savers, Duration timeout) {
        this.savers = savers;
        this.timeout = timeout;
    }

    @Override
    public CompletableFuture<UplinkPutResponse> put(UplinkPutRequest request) {
        return savers.callAny(SaverMethods.UPLINK_PUT, request, timeout);
    }

    @Override
    public CompletableFuture<UplinkTakeResponse> take(UplinkTakeRequest request) {
        return savers.callAny(SaverMethods.UPLINK_TAKE, request, timeout);
    }

    @Override
    public CompletableFuture<UplinkSettleResponse> settle(UplinkSettleRequest request) {
        return savers.callAny(SaverMethods.UPLINK_SETTLE, request, timeout);
    }
}

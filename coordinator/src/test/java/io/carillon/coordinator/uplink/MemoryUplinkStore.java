package io.carillon.coordinator.uplink;

import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkFate;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkPutResult;
import io.carillon.contract.UplinkSettleRequest;
import io.carillon.contract.UplinkSettleResponse;
import io.carillon.contract.UplinkSettlement;
import io.carillon.contract.UplinkTakeRequest;
import io.carillon.contract.UplinkTakeResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A queue in memory. */
final class MemoryUplinkStore implements UplinkStore {
    final List<UplinkEntry> put = new ArrayList<>();
    private final ArrayDeque<StoredUplink> queue = new ArrayDeque<>();
    private final List<UplinkSettlement> settled = new ArrayList<>();

    @Nullable
    RuntimeException failure;

    private long nextId = 1;

    synchronized void add(UplinkEntry entry, int attempts) {
        queue.add(StoredUplink.newBuilder()
                .setId(Long.toString(nextId++))
                .setEntry(entry)
                .setAttempts(attempts)
                .build());
    }

    synchronized List<UplinkFate> fates() {
        return settled.stream().map(UplinkSettlement::getFate).toList();
    }

    synchronized List<UplinkSettlement> settlements() {
        return List.copyOf(settled);
    }

    @Override
    public synchronized CompletableFuture<UplinkPutResponse> put(UplinkPutRequest request) {
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        put.addAll(request.getEntriesList());
        UplinkPutResponse.Builder response = UplinkPutResponse.newBuilder();
        request.getEntriesList().forEach(entry -> {
            add(entry, 0);
            response.addResults(UplinkPutResult.newBuilder().setStored(true));
        });
        return CompletableFuture.completedFuture(response.build());
    }

    @Override
    public synchronized CompletableFuture<UplinkTakeResponse> take(UplinkTakeRequest request) {
        UplinkTakeResponse.Builder response = UplinkTakeResponse.newBuilder();
        while (!queue.isEmpty() && response.getUplinksCount() < request.getMax()) {
            response.addUplinks(queue.remove());
        }
        return CompletableFuture.completedFuture(response.build());
    }

    @Override
    public synchronized CompletableFuture<UplinkSettleResponse> settle(UplinkSettleRequest request) {
        settled.addAll(request.getSettlementsList());
        return CompletableFuture.completedFuture(UplinkSettleResponse.getDefaultInstance());
    }
}

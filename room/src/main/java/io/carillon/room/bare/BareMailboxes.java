package io.carillon.room.bare;

import io.carillon.contract.AckRequest;
import io.carillon.contract.AckResponse;
import io.carillon.contract.LoadRequest;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.LoadResult;
import io.carillon.room.delivery.Mailboxes;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Mailboxes in which nothing ever waits; acks go to a peer, or end here. Thread-safe. */
final class BareMailboxes implements Mailboxes {
    private static final LoadResult NOTHING =
            LoadResult.newBuilder().setLoaded(true).setTagsKnown(true).build();

    private final @Nullable RpcPeer peer;

    BareMailboxes(@Nullable RpcPeer peer) {
        this.peer = peer;
    }

    @Override
    public CompletableFuture<LoadResponse> load(LoadRequest request, Duration timeout) {
        LoadResponse.Builder response = LoadResponse.newBuilder();
        for (int i = 0; i < request.getEntriesCount(); i++) {
            response.addResults(NOTHING);
        }
        return CompletableFuture.completedFuture(response.build());
    }

    @Override
    public CompletableFuture<AckResponse> ack(AckRequest request, Duration timeout) {
        if (peer != null) {
            return peer.call(SaverMethods.ACK, request, timeout);
        }
        AckResponse.Builder response = AckResponse.newBuilder();
        for (int i = 0; i < request.getEntriesCount(); i++) {
            response.addApplied(true);
        }
        return CompletableFuture.completedFuture(response.build());
    }
}

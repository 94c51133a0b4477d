package io.carillon.center.broadcast;

import com.google.protobuf.ByteString;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.message.IdempotencyClaims;
import io.carillon.center.message.MessageIds;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastPutRequest;
import io.carillon.contract.BroadcastSpec;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes a checked broadcast: its id, the claim of the Idempotency-Key, and the put of its record. Thread-safe. */
public final class BroadcastPost {
    private final MessageIds ids;
    private final SaverClient savers;
    private final IdempotencyClaims claims;
    private final Clock clock;
    private final String center;

    /** @param center this process, for the ledger */
    public BroadcastPost(MessageIds ids, SaverClient savers, Clock clock, String center) {
        this.ids = ids;
        this.savers = savers;
        claims = new IdempotencyClaims(savers);
        this.clock = clock;
        this.center = center;
    }

    /**
     * Stores a broadcast; fails as its put fails.
     *
     * @param key the Idempotency-Key, null for none
     * @param body the request's body, for telling a repeat from another request with the same key
     */
    public CompletableFuture<BroadcastAnswer> post(
            String app, PostedBroadcast broadcast, @Nullable String key, byte[] body) {
        ByteString id = key == null ? ids.next() : ids.ofBroadcast(app, key);
        if (key == null) {
            return put(spec(app, id, broadcast).build());
        }
        BroadcastSpec spec = spec(app, id, broadcast)
                .setBodyHash(IdempotencyClaims.sha256(body))
                .build();
        return claims.claim(app, key, body, id).thenCompose(status -> switch (status) {
            case CLAIM_STATUS_CONFLICT -> CompletableFuture.completedFuture(new BroadcastAnswer.KeyConflict());
            // A repeat puts too: its first may have died between the claim and the put, and the id makes it harmless.
            // A claim may be lost with Redis; the record has the body's hash as well.
            case CLAIM_STATUS_NEW,
                    CLAIM_STATUS_REPEATED,
                    CLAIM_STATUS_UNAVAILABLE,
                    CLAIM_STATUS_UNSPECIFIED,
                    UNRECOGNIZED -> put(spec);
        });
    }

    private BroadcastSpec.Builder spec(String app, ByteString id, PostedBroadcast broadcast) {
        long acceptedAtMs = clock.millis();
        BroadcastSpec.Builder spec = BroadcastSpec.newBuilder()
                .setId(id)
                .setApp(app)
                .setKind(BroadcastKind.BROADCAST_KIND_PUSH)
                .setAudience(broadcast.audience())
                .setPayload(broadcast.payload())
                .setTtlMs(broadcast.ttlMs())
                .setRatePerSecond(broadcast.ratePerSecond())
                .setSendAtMs(broadcast.sendAtMs())
                .setParallel(broadcast.parallel())
                .setAcceptedAtMs(acceptedAtMs);
        if (broadcast.notice() != null) {
            spec.setExtension(broadcast.notice().extension(Math.max(acceptedAtMs, broadcast.sendAtMs())));
        }
        return spec;
    }

    private CompletableFuture<BroadcastAnswer> put(BroadcastSpec spec) {
        BroadcastPutRequest request =
                BroadcastPutRequest.newBuilder().setSpec(spec).setCenter(center).build();
        return savers.ask(SaverMethods.BROADCAST_PUT, request)
                .thenApply(response -> response.getConflict()
                        ? new BroadcastAnswer.KeyConflict()
                        : response.getError().isEmpty()
                                ? new BroadcastAnswer.Stored(spec.getId())
                                : new BroadcastAnswer.Refused(response.getError()));
    }
}

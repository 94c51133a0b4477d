package io.carillon.center.kick;

import com.google.protobuf.ByteString;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.message.IdempotencyClaims;
import io.carillon.center.message.MessageIds;
import io.carillon.contract.Audience;
import io.carillon.contract.BroadcastKind;
import io.carillon.contract.BroadcastPutRequest;
import io.carillon.contract.BroadcastSpec;
import io.carillon.contract.ClaimStatus;
import io.carillon.runtime.contract.SaverMethods;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes a kick by filter: a broadcast whose walk ends bindings, which waits for no other. Thread-safe. */
public final class FilterKick {
    /** How long its record lives: rooms that are there walk at once, and nobody is kicked later. */
    private static final long TTL_MS = Duration.ofHours(1).toMillis();

    private final MessageIds ids;
    private final SaverClient savers;
    private final IdempotencyClaims claims;
    private final Clock clock;

    public FilterKick(MessageIds ids, SaverClient savers, Clock clock) {
        this.ids = ids;
        this.savers = savers;
        this.clock = clock;
        claims = new IdempotencyClaims(savers);
    }

    /**
     * Stores a kick; fails as its put fails.
     *
     * @param banMs for how long each whose session it ends is kept out; 0: no ban
     * @param key the Idempotency-Key, null for none
     * @param body the request's body, for telling a repeat from another request with the same key
     */
    public CompletableFuture<FilterKickAnswer> post(
            String app, Audience audience, String reason, long banMs, @Nullable String key, byte[] body) {
        ByteString id = key == null ? ids.next() : ids.ofRequest(app, key);
        BroadcastPutRequest put = BroadcastPutRequest.newBuilder()
                .setSpec(BroadcastSpec.newBuilder()
                        .setId(id)
                        .setApp(app)
                        .setKind(BroadcastKind.BROADCAST_KIND_KICK)
                        .setAudience(audience)
                        .setTtlMs(TTL_MS)
                        .setParallel(true)
                        .setAcceptedAtMs(clock.millis())
                        .setReason(reason)
                        .setBanMs(banMs))
                .build();
        if (key == null) {
            return put(put);
        }
        // A repeat puts too: its first may have died between the claim and the put, and the id makes it harmless.
        return claims.claim(app, key, body, id)
                .thenCompose(status -> status == ClaimStatus.CLAIM_STATUS_CONFLICT
                        ? CompletableFuture.completedFuture(new FilterKickAnswer.KeyConflict())
                        : put(put));
    }

    private CompletableFuture<FilterKickAnswer> put(BroadcastPutRequest put) {
        return savers.ask(SaverMethods.BROADCAST_PUT, put)
                .thenApply(response -> response.getError().isEmpty()
                        ? new FilterKickAnswer.Stored(put.getSpec().getId())
                        : new FilterKickAnswer.Refused(response.getError()));
    }
}

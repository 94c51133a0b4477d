package io.carillon.center.message;

import com.google.protobuf.ByteString;
import io.carillon.center.fleet.SaverClient;
import io.carillon.contract.ClaimRequest;
import io.carillon.contract.ClaimResponse;
import io.carillon.contract.ClaimStatus;
import io.carillon.runtime.contract.SaverMethods;
import io.carillon.runtime.digest.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Tells a repeat from another request with the same Idempotency-Key. Thread-safe. */
public final class IdempotencyClaims {
    private final SaverClient savers;

    public IdempotencyClaims(SaverClient savers) {
        this.savers = savers;
    }

    /**
     * Claims the key for this body. Never fails: CLAIM_STATUS_UNAVAILABLE where nobody answered.
     *
     * @param requestId derived from the key
     */
    public CompletableFuture<ClaimStatus> claim(String app, String key, byte[] body, ByteString requestId) {
        ClaimRequest request = ClaimRequest.newBuilder()
                .setApp(app)
                .setKeyHash(sha256(key.getBytes(StandardCharsets.UTF_8)))
                .setBodyHash(sha256(body))
                .setRequestId(requestId)
                .build();
        return savers.ask(SaverMethods.CLAIM, request)
                .thenApply(ClaimResponse::getStatus)
                .exceptionally(failure -> ClaimStatus.CLAIM_STATUS_UNAVAILABLE);
    }

    /** 32 bytes. */
    public static ByteString sha256(byte[] bytes) {
        return ByteString.copyFrom(Sha256.of(bytes));
    }
}

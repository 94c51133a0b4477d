package io.carillon.saver.idempotency;

import com.google.protobuf.ByteString;
import io.carillon.contract.ClaimRequest;
import io.carillon.contract.ClaimResponse;
import io.carillon.contract.ClaimStatus;
import io.carillon.runtime.bucket.Buckets;
import io.carillon.saver.redis.Op;
import io.carillon.saver.redis.OpBatcher;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** First come, first served: an Idempotency-Key belongs to the first body that came with it, for an hour. */
public final class Claims {
    private static final int HASH_BYTES = 32;
    private static final int ID_BYTES = 16;

    private final OpBatcher redis;

    public Claims(OpBatcher redis) {
        this.redis = redis;
    }

    public CompletableFuture<ClaimResponse> claim(ClaimRequest request) {
        if (request.getKeyHash().size() != HASH_BYTES
                || request.getBodyHash().size() != HASH_BYTES
                || request.getRequestId().size() != ID_BYTES) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "claim with hashes of " + request.getKeyHash().size() + " and "
                            + request.getBodyHash().size() + " bytes and an id of "
                            + request.getRequestId().size() + " (expected: 32, 32 and 16)"));
        }
        String key = HexFormat.of().formatHex(request.getKeyHash().toByteArray());
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        name.writeBytes((request.getApp() + '\0').getBytes(StandardCharsets.UTF_8));
        name.writeBytes(request.getKeyHash().toByteArray());
        ByteString value = request.getBodyHash().concat(request.getRequestId());
        Op op = Op.of("C", Buckets.of(request.getApp(), key), name.toByteArray(), value.toByteArray());
        return redis.submit(List.of(op)).thenApply(replies -> {
            if (!replies[0].ok()) {
                return ClaimResponse.newBuilder()
                        .setStatus(ClaimStatus.CLAIM_STATUS_UNAVAILABLE)
                        .build();
            }
            return answer(request, replies[0].number(1) == 1, ByteString.copyFrom(replies[0].bytes(2)));
        });
    }

    /** A claim that stands with our own request id is ours: the call was made twice. */
    private static ClaimResponse answer(ClaimRequest request, boolean fresh, ByteString standing) {
        ByteString body = standing.substring(0, HASH_BYTES);
        ByteString first = standing.substring(HASH_BYTES);
        ClaimStatus status = fresh || (first.equals(request.getRequestId()) && body.equals(request.getBodyHash()))
                ? ClaimStatus.CLAIM_STATUS_NEW
                : body.equals(request.getBodyHash())
                        ? ClaimStatus.CLAIM_STATUS_REPEATED
                        : ClaimStatus.CLAIM_STATUS_CONFLICT;
        return ClaimResponse.newBuilder().setStatus(status).setRequestId(first).build();
    }
}

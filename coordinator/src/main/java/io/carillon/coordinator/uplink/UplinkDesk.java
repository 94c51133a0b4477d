package io.carillon.coordinator.uplink;

import io.carillon.contract.App;
import io.carillon.contract.UplinkEntry;
import io.carillon.contract.UplinkPutRequest;
import io.carillon.contract.UplinkPutResponse;
import io.carillon.contract.UplinkPutResult;
import io.carillon.contract.UplinkRequest;
import io.carillon.contract.UplinkResponse;
import io.carillon.contract.UplinkResult;
import io.carillon.coordinator.webhook.WebhookEndpoint;
import io.carillon.protocol.ProtocolCode;
import io.carillon.rpc.RpcCall;
import io.carillon.rpc.RpcHandler;
import io.carillon.runtime.bucket.Buckets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes uplinks from the rooms: what has no app or no endpoint is refused with a code that says so, the rest is stored,
 * and only what is stored is confirmed. Thread-safe.
 */
public final class UplinkDesk implements RpcHandler<UplinkRequest, UplinkResponse> {
    private static final UplinkResult OK = UplinkResult.getDefaultInstance();
    private static final int RETRY_AFTER_SECONDS = 5;

    private final UplinkApps apps;
    private final UplinkStore store;
    private final Predicate<WebhookEndpoint> gone;
    private final int storingMax;
    private final Runnable onStored;
    private final UplinkListener listener;
    private final AtomicInteger storing = new AtomicInteger();

    /**
     * @param gone true for an endpoint that wants nothing any more
     * @param storingMax uplinks on their way into the store; more are refused for a while
     * @param onStored told when something new is in the queue
     */
    public UplinkDesk(
            UplinkApps apps,
            UplinkStore store,
            Predicate<WebhookEndpoint> gone,
            int storingMax,
            Runnable onStored,
            UplinkListener listener) {
        this.apps = apps;
        this.store = store;
        this.gone = gone;
        this.storingMax = storingMax;
        this.onStored = onStored;
        this.listener = listener;
    }

    @Override
    public CompletionStage<UplinkResponse> onRequest(UplinkRequest request, RpcCall call) {
        List<@Nullable UplinkResult> refusals = new ArrayList<>(request.getEntriesCount());
        UplinkPutRequest.Builder put = UplinkPutRequest.newBuilder();
        for (UplinkEntry entry : request.getEntriesList()) {
            App app = apps.app(entry.getApp());
            String url = app == null ? null : UplinkApps.url(app, entry.getForwardType());
            UplinkResult refusal = refusal(entry, app, url);
            if (refusal == null && app != null && url != null) {
                put.addEntries(entry.toBuilder()
                        .setDurability(app.getUplinkDurability())
                        .setEndpoint(Buckets.hash(app.getId(), url)));
            }
            refusals.add(refusal);
        }
        return store(put.build()).thenApply(stored -> response(refusals, stored));
    }

    private @Nullable UplinkResult refusal(UplinkEntry entry, @Nullable App app, @Nullable String url) {
        if (app == null || app.getDisabled()) {
            return apps.known()
                    ? refusal(ProtocolCode.APP_UNKNOWN, "the app " + entry.getApp() + " is not known or disabled")
                    : unavailable("the apps are not known yet");
        }
        if (url == null) {
            return refusal(
                    ProtocolCode.REQUEST_INVALID, "no endpoint takes the forward type " + entry.getForwardType());
        }
        return gone.test(new WebhookEndpoint(app.getId(), url))
                ? refusal(
                        ProtocolCode.REQUEST_INVALID,
                        "the endpoint of the forward type " + entry.getForwardType() + " is disabled")
                : null;
    }

    private CompletableFuture<List<UplinkResult>> store(UplinkPutRequest put) {
        int count = put.getEntriesCount();
        if (count == 0) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (storing.addAndGet(count) > storingMax) {
            storing.addAndGet(-count);
            return CompletableFuture.completedFuture(all(count, "too many uplinks are being stored"));
        }
        return store.put(put).handle((response, failure) -> {
            storing.addAndGet(-count);
            return failure == null && response.getResultsCount() == count
                    ? results(response)
                    : all(count, "the queue did not answer; it may have taken the uplink");
        });
    }

    private List<UplinkResult> results(UplinkPutResponse response) {
        boolean fresh = false;
        List<UplinkResult> results = new ArrayList<>(response.getResultsCount());
        for (UplinkPutResult result : response.getResultsList()) {
            fresh |= result.getStored() && !result.getDuplicate();
            results.add(result.getStored() ? OK : unavailable("the queue did not take it: " + result.getError()));
        }
        if (fresh) {
            onStored.run();
        }
        return results;
    }

    private UplinkResponse response(List<@Nullable UplinkResult> refusals, List<UplinkResult> stored) {
        UplinkResponse.Builder response = UplinkResponse.newBuilder();
        int next = 0;
        for (UplinkResult refusal : refusals) {
            UplinkResult result = refusal != null ? refusal : stored.get(next++);
            listener.onReceived(result.getCode());
            response.addResults(result);
        }
        return response.build();
    }

    private static List<UplinkResult> all(int count, String text) {
        List<UplinkResult> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            results.add(unavailable(text));
        }
        return results;
    }

    private static UplinkResult unavailable(String text) {
        return refusal(ProtocolCode.UNAVAILABLE, text).toBuilder()
                .setRetryAfterSeconds(RETRY_AFTER_SECONDS)
                .build();
    }

    private static UplinkResult refusal(ProtocolCode code, String text) {
        return UplinkResult.newBuilder().setCode(code.wire()).setText(text).build();
    }
}

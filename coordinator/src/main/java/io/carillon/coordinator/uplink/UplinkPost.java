package io.carillon.coordinator.uplink;

import io.carillon.contract.App;
import io.carillon.contract.EventKind;
import io.carillon.contract.StoredUplink;
import io.carillon.coordinator.webhook.WebhookClient;
import io.carillon.coordinator.webhook.WebhookEndpoint;
import io.carillon.coordinator.webhook.WebhookMessage;
import io.carillon.coordinator.webhook.WebhookOutcome;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Brings one event to the endpoint that takes its kind, or its forward type, by now. Thread-safe. */
public final class UplinkPost {
    private static final WebhookOutcome UNWANTED = new WebhookOutcome(WebhookOutcome.Kind.DELIVERED, "");

    private final UplinkApps apps;
    private final WebhookClient client;
    private final WebhookBatches batches;

    public UplinkPost(UplinkApps apps, WebhookClient client, WebhookBatches batches) {
        this.apps = apps;
        this.client = client;
        this.batches = batches;
    }

    /**
     * Never fails.
     *
     * @param inTime asked right before the call is made
     */
    CompletableFuture<WebhookOutcome> post(StoredUplink uplink, BooleanSupplier inTime) {
        App app = apps.app(uplink.getEntry().getApp());
        if (app == null) {
            return failed("the app is not known");
        }
        String url = url(app, uplink);
        if (uplink.getEntry().getKind() != EventKind.EVENT_KIND_UPLINK && url == null) {
            // The app no longer wants events of the kind: this one is done with.
            return CompletableFuture.completedFuture(UNWANTED);
        }
        if (url == null) {
            return failed(
                    "no endpoint takes the forward type " + uplink.getEntry().getForwardType());
        }
        if (app.getWebhooks().getSecretsCount() == 0) {
            return failed("the app has no secret to sign with");
        }
        WebhookEndpoint endpoint = new WebhookEndpoint(app.getId(), url);
        return uplink.getEntry().getKind() == EventKind.EVENT_KIND_UPLINK
                ? client.post(
                        endpoint,
                        new WebhookMessage(
                                WebhookBody.id(uplink),
                                WebhookBody.of(uplink),
                                app.getWebhooks().getSecretsList()),
                        inTime)
                : batches.post(endpoint, app.getWebhooks().getSecretsList(), uplink, inTime);
    }

    private static @Nullable String url(App app, StoredUplink uplink) {
        String url =
                switch (uplink.getEntry().getKind()) {
                    case EVENT_KIND_PRESENCE -> app.getWebhooks().getPresenceUrl();
                    case EVENT_KIND_RECEIPT -> app.getWebhooks().getReceiptsUrl();
                    case EVENT_KIND_UPLINK, UNRECOGNIZED ->
                        UplinkApps.url(app, uplink.getEntry().getForwardType());
                };
        return url == null || url.isEmpty() ? null : url;
    }

    private static CompletableFuture<WebhookOutcome> failed(String detail) {
        return CompletableFuture.completedFuture(new WebhookOutcome(WebhookOutcome.Kind.FAILED, detail));
    }
}

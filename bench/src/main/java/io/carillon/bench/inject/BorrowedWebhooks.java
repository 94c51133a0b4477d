package io.carillon.bench.inject;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.target.Target;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import io.carillon.deploy.traffic.WebhookInbox;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The app's webhooks lead to an endpoint of the load tool's for a while; closing sets them back. */
public final class BorrowedWebhooks implements AutoCloseable {
    private final CenterClient center;
    private final WebhookInbox inbox;
    /** Whether the client and the inbox end with it. */
    private final boolean own;

    private final ObjectNode before;

    private BorrowedWebhooks(CenterClient center, WebhookInbox inbox, ObjectNode webhooks, boolean own)
            throws CenterException, InterruptedException {
        this.center = center;
        this.inbox = inbox;
        this.own = own;
        before = center.get("/v1/webhooks").body().deepCopy();
        before.remove("secrets");
        put(webhooks.put("secret", inbox.secret()));
    }

    /** Presence goes to the inbox; the app gets no uplinks meanwhile. The client and the inbox stay the caller's. */
    public static BorrowedWebhooks forPresence(CenterClient center, WebhookInbox inbox)
            throws CenterException, InterruptedException {
        ObjectNode webhooks = JsonNodeFactory.instance.objectNode();
        webhooks.putArray("uplinks");
        webhooks.putObject("presence").put("url", inbox.url());
        return new BorrowedWebhooks(center, inbox, webhooks, false);
    }

    /**
     * Uplinks go to an inbox of its own. Null where there is nothing to be set: the target is no fleet, or one on another
     * machine, whose app has to have an endpoint for them.
     */
    public static @Nullable BorrowedWebhooks forUplinks(Target target) throws IOException, InterruptedException {
        if (target.kind() != Target.Kind.FLEET || !onThisMachine(target)) {
            return null;
        }
        CenterClient center = new CenterClient(target.centers(), target.apiKey());
        WebhookInbox inbox = new WebhookInbox();
        try {
            ObjectNode webhooks = JsonNodeFactory.instance.objectNode();
            webhooks.putArray("uplinks").addObject().put("url", inbox.url());
            return new BorrowedWebhooks(center, inbox, webhooks, true);
        } catch (CenterException e) {
            inbox.close();
            center.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    private static boolean onThisMachine(Target target) throws IOException {
        for (URI center : target.centers()) {
            if (!InetAddress.getByName(center.getHost()).isLoopbackAddress()) {
                return false;
            }
        }
        return true;
    }

    /** Uplinks of users so named that came to the endpoint, each counted once; what an earlier run left behind is not. */
    public long uplinksOf(String userPrefix) {
        return inbox.events()
                .map(WebhookInbox.Event::data)
                .filter(data -> data.path("user").asText().startsWith(userPrefix))
                .map(data -> data.path("user").asText() + ' ' + data.path("id").asText())
                .distinct()
                .count();
    }

    private void put(ObjectNode webhooks) throws CenterException, InterruptedException {
        CenterClient.Answer answer = center.put("/v1/webhooks", webhooks);
        if (!answer.ok()) {
            throw new CenterException("webhooks not set: " + answer.problem());
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try {
            put(before);
        } catch (CenterException e) {
            throw new IOException("webhooks not set back: " + e.getMessage(), e);
        } finally {
            if (own) {
                inbox.close();
                center.close();
            }
        }
    }
}

package io.carillon.deploy.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What else a fleet does, each shown once: a broadcast, an uplink that reaches the business as a webhook, presence, and a
 * kick.
 */
public final class Tour {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final long POLL_MS = 20;

    private final Devices devices;
    private final Deliveries deliveries;
    private final CenterClient center;
    private final WebhookInbox inbox;
    private final String guest;
    private final List<Sight> sights = new ArrayList<>();

    /** One thing that was shown, and whether it went as it must. */
    public record Sight(String text, boolean well) {}

    /** @param guest a user who has not connected yet */
    public Tour(Devices devices, Deliveries deliveries, CenterClient center, WebhookInbox inbox, String guest) {
        this.devices = devices;
        this.deliveries = deliveries;
        this.center = center;
        this.inbox = inbox;
        this.guest = guest;
    }

    public List<Sight> run() throws CenterException, InterruptedException {
        subscribe();
        broadcast(deliveries.connected());
        long startedNs = System.nanoTime();
        devices.connect(List.of(guest));
        shown("presence: %s came online, told to the business within %s", startedNs, presence("online"));
        uplink();
        kick();
        return List.copyOf(sights);
    }

    private void subscribe() throws CenterException, InterruptedException {
        ObjectNode webhooks = JsonNodeFactory.instance.objectNode();
        webhooks.putArray("uplinks").addObject().put("url", inbox.url());
        webhooks.putObject("presence").put("url", inbox.url());
        webhooks.put("secret", inbox.secret());
        expect(center.put("/v1/webhooks", webhooks));
    }

    private void broadcast(int users) throws CenterException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("payload", "hello everybody");
        body.putObject("audience").put("all", true);
        long startedNs = System.nanoTime();
        String id =
                expect(center.post("/v1/broadcasts", body)).path("broadcast_id").asText();
        boolean all = await(() -> deliveries.times(id) >= users);
        sights.add(new Sight(
                "broadcast: %,d of %,d devices have it after %s"
                        .formatted(deliveries.times(id), users, since(startedNs)),
                all && deliveries.times(id) == users));
    }

    private BooleanSupplier presence(String state) {
        return () -> inbox.has(
                "presence.changed",
                data -> data.path("user").asText().equals(guest)
                        && data.path("state").asText().equals(state));
    }

    private void uplink() throws InterruptedException {
        long startedNs = System.nanoTime();
        devices.uplink(guest, "demo", "hello business".getBytes(StandardCharsets.UTF_8));
        shown(
                "uplink: %s sent one, posted to the business, signed, within %s",
                startedNs,
                () -> inbox.has(
                        "uplink.received", data -> data.path("user").asText().equals(guest)));
    }

    private void kick() throws CenterException, InterruptedException {
        long startedNs = System.nanoTime();
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("reason", "the tour is over");
        expect(center.post("/v1/users/" + guest + "/kick", body));
        shown("kick: %s is out after %s", startedNs, () -> deliveries.kicked(guest));
        shown("presence: %s went offline, told after the grace, %s", startedNs, presence("offline"));
    }

    private void shown(String text, long startedNs, BooleanSupplier reached) throws InterruptedException {
        boolean well = await(reached);
        sights.add(new Sight(text.formatted(guest, since(startedNs)) + (well ? "" : ": NOT SEEN"), well));
    }

    private static JsonNode expect(CenterClient.Answer answer) throws CenterException {
        if (!answer.ok()) {
            throw new CenterException(answer.problem());
        }
        return answer.body();
    }

    private static boolean await(BooleanSupplier reached) throws InterruptedException {
        long endNs = System.nanoTime() + LIMIT.toNanos();
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() > endNs) {
                return false;
            }
            Thread.sleep(POLL_MS);
        }
        return true;
    }

    private static String since(long startedNs) {
        return "%.1f s".formatted((System.nanoTime() - startedNs) / 1e9);
    }
}

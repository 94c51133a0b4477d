package io.carillon.coordinator.uplink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.contract.PresenceEvent;
import io.carillon.contract.ReceiptEvent;
import io.carillon.contract.StoredUplink;
import io.carillon.contract.UplinkEntry;
import io.carillon.runtime.digest.Sha256;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** What endpoints are sent: JSON after the Standard Webhooks specification. */
final class WebhookBody {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BATCH_ID_BYTES = 16;

    private WebhookBody() {}

    static String type(UplinkEntry entry) {
        return switch (entry.getKind()) {
            case EVENT_KIND_PRESENCE -> "presence.changed";
            case EVENT_KIND_RECEIPT -> "message." + entry.getReceipt().getState();
            case EVENT_KIND_UPLINK, UNRECOGNIZED -> "uplink.received";
        };
    }

    /** The webhook id, the same in every attempt. */
    static String id(StoredUplink event) {
        String kind =
                switch (event.getEntry().getKind()) {
                    case EVENT_KIND_PRESENCE -> "presence-";
                    case EVENT_KIND_RECEIPT -> "receipt-";
                    case EVENT_KIND_UPLINK, UNRECOGNIZED -> "uplink-";
                };
        return kind + event.getId();
    }

    /** The webhook id of a batch: another one where the batch is another. */
    static String id(List<StoredUplink> events) {
        MessageDigest digest = Sha256.begin();
        for (StoredUplink event : events) {
            digest.update((id(event) + ' ').getBytes(StandardCharsets.UTF_8));
        }
        return "batch-" + HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), BATCH_ID_BYTES));
    }

    static String of(StoredUplink event) {
        UplinkEntry entry = event.getEntry();
        ObjectNode body = body(type(entry), entry.getReceivedAtMs());
        body.set("data", data(entry));
        return text(body);
    }

    /** @param events of one type, two or more */
    static String batch(List<StoredUplink> events, long nowMs) {
        ObjectNode body = body(type(events.getFirst().getEntry()) + ".batch", nowMs);
        ArrayNode data = body.putArray("data");
        events.forEach(event -> data.add(data(event.getEntry())));
        return text(body);
    }

    private static ObjectNode body(String type, long atMs) {
        return JSON.createObjectNode().put("type", type).put("timestamp", time(atMs));
    }

    private static ObjectNode data(UplinkEntry entry) {
        return switch (entry.getKind()) {
            case EVENT_KIND_PRESENCE -> presence(entry, entry.getPresence());
            case EVENT_KIND_RECEIPT -> receipt(entry, entry.getReceipt());
            case EVENT_KIND_UPLINK, UNRECOGNIZED -> uplink(entry);
        };
    }

    private static ObjectNode uplink(UplinkEntry entry) {
        return JSON.createObjectNode()
                .put("app", entry.getApp())
                .put("user", entry.getUser())
                .put("forward_type", entry.getForwardType())
                .put("id", entry.getClientId())
                .put(
                        "payload_base64",
                        Base64.getEncoder().encodeToString(entry.getPayload().toByteArray()));
    }

    private static ObjectNode presence(UplinkEntry entry, PresenceEvent event) {
        return JSON.createObjectNode()
                .put("app", entry.getApp())
                .put("user", entry.getUser())
                .put("state", event.getOnline() ? "online" : "offline")
                .put("version", event.getVersion())
                .put("at", time(event.getAtMs()))
                .put("room", event.getRoom())
                .put("reason", event.getReason());
    }

    private static ObjectNode receipt(UplinkEntry entry, ReceiptEvent event) {
        return JSON.createObjectNode()
                .put("app", entry.getApp())
                .put("message_id", HexFormat.of().formatHex(event.getMessageId().toByteArray()))
                .put("user", entry.getUser())
                .put("reason", event.getReason())
                .put("at", time(event.getAtMs()));
    }

    private static String time(long atMs) {
        return Instant.ofEpochMilli(atMs).toString();
    }

    private static String text(ObjectNode body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}

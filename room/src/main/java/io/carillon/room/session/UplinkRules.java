package io.carillon.room.session;

import io.carillon.protocol.client.Uplink;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What an UPLINK has to keep to. */
final class UplinkRules {
    private static final int FORWARD_TYPE_BYTES_MAX = 64;
    private static final int ID_BYTES_MAX = 64;
    private static final int PAYLOAD_BYTES_MAX = 32 << 10;

    private UplinkRules() {}

    /** The rule that is broken, in words; null where none is. */
    static @Nullable String violated(Uplink uplink) {
        int idBytes = uplink.getId().getBytes(StandardCharsets.UTF_8).length;
        if (idBytes < 1 || idBytes > ID_BYTES_MAX) {
            return "id: " + idBytes + " bytes (expected: 1 to " + ID_BYTES_MAX + ")";
        }
        int typeBytes = uplink.getForwardType().getBytes(StandardCharsets.UTF_8).length;
        if (typeBytes > FORWARD_TYPE_BYTES_MAX) {
            return "forward_type: " + typeBytes + " bytes (expected: at most " + FORWARD_TYPE_BYTES_MAX + ")";
        }
        int payloadBytes = uplink.getPayload().size();
        if (payloadBytes > PAYLOAD_BYTES_MAX) {
            return "payload: " + payloadBytes + " bytes (expected: at most " + PAYLOAD_BYTES_MAX + ")";
        }
        return null;
    }
}

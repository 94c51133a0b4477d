package io.carillon.sdk.heartbeat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was learned of networks as bytes, least used first: a layout number, a count, and for each its key and 31 bytes. */
final class HeartbeatCodec {
    private static final int LAYOUT = 2;

    private HeartbeatCodec() {}

    static byte[] write(Map<String, NetworkSearch> networks) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(LAYOUT);
            out.writeByte(networks.size());
            for (Map.Entry<String, NetworkSearch> network : networks.entrySet()) {
                NetworkSearch search = network.getValue();
                out.writeUTF(network.getKey());
                out.writeBoolean(search.settled);
                out.writeShort(search.good);
                out.writeShort(search.bad);
                out.writeShort(search.margin);
                out.writeInt(search.step);
                out.writeInt(search.trying);
                out.writeLong(search.probeAtSeconds);
                out.writeLong(search.badUntilSeconds);
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory that can't be written", e);
        }
        return bytes.toByteArray();
    }

    /** Nothing where it can't be read; numbers that can't be are moved to what can. */
    static Map<String, NetworkSearch> read(byte @Nullable [] saved) {
        Map<String, NetworkSearch> networks = new LinkedHashMap<>();
        if (saved == null) {
            return networks;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(saved))) {
            if (in.readByte() != LAYOUT) {
                return networks;
            }
            int count = Math.min(AdaptiveHeartbeat.NETWORKS_MAX, in.readUnsignedByte());
            for (int i = 0; i < count; i++) {
                String key = in.readUTF();
                NetworkSearch search = new NetworkSearch();
                search.settled = in.readBoolean();
                search.good = in.readUnsignedShort();
                search.bad = in.readUnsignedShort();
                search.margin = Math.max(NetworkSearch.MARGIN_SECONDS, clamp(in.readUnsignedShort()));
                search.step = clamp(in.readInt());
                search.trying = clamp(in.readInt());
                search.probeAtSeconds = Math.max(0, in.readLong());
                search.badUntilSeconds = Math.max(0, in.readLong());
                networks.put(key, search);
            }
        } catch (IOException e) {
            networks.clear();
        }
        return networks;
    }

    private static int clamp(int seconds) {
        return Math.max(0, Math.min(Range.CEILING_SECONDS, seconds));
    }
}

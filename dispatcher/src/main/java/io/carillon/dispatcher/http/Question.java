package io.carillon.dispatcher.http;

import com.linecorp.armeria.common.QueryParams;
import io.carillon.dispatcher.choice.Transport;
import io.carillon.dispatcher.choice.Tried;
import io.carillon.dispatcher.place.Place;
import io.carillon.runtime.heartbeat.NetworkGroup;
import java.nio.charset.StandardCharsets;

/**
 * What a client asks for. Parameters that this release does not know are left alone: clients stay for years.
 *
 * @param network a kind of {@link NetworkGroup}; 0: the client does not say
 * @param transports what the client speaks, as bits of {@link Transport}
 */
record Question(String app, String device, int network, int transports, Place claimed, Tried tried) {
    static final int APP_BYTES_MAX = 64;
    static final int DEVICE_BYTES_MAX = 255;
    static final int PLACE_BYTES_MAX = 64;

    /** @throws IllegalArgumentException naming the parameter and what is expected */
    static Question parse(QueryParams params) {
        String app = required(params, "app", APP_BYTES_MAX);
        String device = required(params, "device", DEVICE_BYTES_MAX);
        int network = network(params.get("network", ""));
        Place claimed =
                new Place(optional(params, "region", PLACE_BYTES_MAX), optional(params, "isp", PLACE_BYTES_MAX));
        return new Question(app, device, network, transports(params.get("transport", "")), claimed, tried(params));
    }

    private static Tried tried(QueryParams params) {
        try {
            return Tried.parse(params.get("tried", ""));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tried: " + e.getMessage(), e);
        }
    }

    private static int transports(String list) {
        if (list.isEmpty()) {
            return Transport.ALL;
        }
        int bits = 0;
        for (String word : list.split(",", -1)) {
            Transport transport = Transport.of(word);
            if (transport == null) {
                throw new IllegalArgumentException(
                        "transport: '" + shortened(word) + "' (expected: tcp, tls, ws or wss)");
            }
            bits |= transport.bit();
        }
        return bits;
    }

    private static int network(String network) {
        return switch (network) {
            case "" -> 0;
            case "wifi" -> NetworkGroup.WIFI;
            case "cellular" -> NetworkGroup.CELLULAR;
            case "wired" -> NetworkGroup.WIRED;
            default ->
                throw new IllegalArgumentException(
                        "network: '" + shortened(network) + "' (expected: wifi, cellular or wired)");
        };
    }

    private static String required(QueryParams params, String name, int bytesMax) {
        String value = optional(params, name, bytesMax);
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + ": missing (expected: 1 to " + bytesMax + " bytes)");
        }
        return value;
    }

    private static String optional(QueryParams params, String name, int bytesMax) {
        String value = params.get(name, "");
        int bytes = value.length() * 3 <= bytesMax ? value.length() : value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw new IllegalArgumentException(name + ": " + bytes + " bytes (expected: at most " + bytesMax + ")");
        }
        return value;
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}

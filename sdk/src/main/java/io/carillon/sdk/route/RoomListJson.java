package io.carillon.sdk.route;

import io.carillon.sdk.link.RoomAddress;
import io.carillon.sdk.route.JsonReader.MalformedJsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The dispatcher's answer to {@code GET /v1/rooms}. Members and transports that it does not know are skipped. */
final class RoomListJson {
    /** A list has up to 8; what is over this is not read. */
    private static final int ROOMS_MAX = 64;

    private static final int TTL_SECONDS_DEFAULT = 600;
    private static final int TTL_SECONDS_MAX = 86_400;

    private RoomListJson() {}

    static RoomList read(String text) throws MalformedJsonException {
        Object answer = JsonReader.read(text);
        if (!(answer instanceof Map)) {
            throw new MalformedJsonException("answer: (expected: an object)");
        }
        Map<?, ?> members = (Map<?, ?>) answer;
        if (!(members.get("rooms") instanceof List)) {
            throw new MalformedJsonException("rooms: (expected: a list)");
        }
        List<RoomAddress> rooms = new ArrayList<>();
        for (Object room : (List<?>) members.get("rooms")) {
            RoomAddress address = address(room);
            if (address != null && rooms.size() < ROOMS_MAX) {
                rooms.add(address);
            }
        }
        Object heartbeat = members.get("heartbeat");
        return new RoomList(
                rooms,
                ttl(members.get("ttl_seconds")),
                interval(heartbeat, "min_seconds"),
                interval(heartbeat, "max_seconds"),
                interval(heartbeat, "start_seconds"));
    }

    private static int interval(@Nullable Object heartbeat, String name) {
        Object seconds = heartbeat instanceof Map ? ((Map<?, ?>) heartbeat).get(name) : null;
        return seconds instanceof Double ? (int) Math.max(0, Math.min(TTL_SECONDS_MAX, (Double) seconds)) : 0;
    }

    private static @Nullable RoomAddress address(@Nullable Object room) throws MalformedJsonException {
        if (!(room instanceof Map)) {
            throw new MalformedJsonException("room: (expected: an object)");
        }
        Object host = ((Map<?, ?>) room).get("host");
        Object port = ((Map<?, ?>) room).get("port");
        Object transport = ((Map<?, ?>) room).get("transport");
        if (!(host instanceof String) || !(port instanceof Double) || !(transport instanceof String)) {
            throw new MalformedJsonException("room: (expected: host, port, transport)");
        }
        if (!transport.equals("tcp") && !transport.equals("tls")) {
            return null;
        }
        double number = (Double) port;
        if (number != Math.rint(number)) {
            throw new MalformedJsonException("port: " + number + " (expected: a whole number)");
        }
        try {
            return RoomAddress.of((String) host, (int) number, transport.equals("tls"));
        } catch (IllegalArgumentException e) {
            throw new MalformedJsonException(String.valueOf(e.getMessage()));
        }
    }

    private static int ttl(@Nullable Object seconds) {
        if (!(seconds instanceof Double)) {
            return TTL_SECONDS_DEFAULT;
        }
        return (int) Math.max(1, Math.min(TTL_SECONDS_MAX, (Double) seconds));
    }
}

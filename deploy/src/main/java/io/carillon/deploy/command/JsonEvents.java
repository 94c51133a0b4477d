package io.carillon.deploy.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.sdk.Message;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/**
 * Events for a program: one object a line with {@code at}, {@code event}, {@code user}, and what the event has beside.
 * A payload that is no UTF-8 comes as {@code payload_base64}; a notice has its {@code key} instead.
 * What was sent to many at once has its {@code broadcast_id} as well.
 */
final class JsonEvents implements DeviceEvents {
    private final PrintStream out;

    JsonEvents(PrintStream out) {
        this.out = out;
    }

    @Override
    public void connected(String user, String room) {
        print(event("connected", user).put("room", room));
    }

    @Override
    public void message(String user, Message message) {
        Message.Notice notice = message.notice();
        ObjectNode event = event(name(message), user)
                .put("message_id", message.id().toString())
                .put("seq", message.seq())
                .put("late", message.late());
        if (message.isBroadcast()) {
            event.put("broadcast_id", message.id().toString());
        }
        if (notice != null) {
            print(event.put("key", notice.key())
                    .put(
                            "not_before",
                            Instant.ofEpochMilli(notice.notBeforeMs()).toString())
                    .put("spread_seconds", notice.spreadSeconds()));
            return;
        }
        try {
            event.put(
                    "payload",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(message.payload()))
                            .toString());
        } catch (CharacterCodingException e) {
            event.put("payload_base64", Base64.getEncoder().encodeToString(message.payload()));
        }
        print(event);
    }

    /** A notice is one, however it came; {@code broadcast_id} tells where it came as a broadcast. */
    private static String name(Message message) {
        if (message.notice() != null) {
            return "notice";
        }
        return message.isBroadcast() ? "broadcast" : "message";
    }

    @Override
    public void disconnected(String user, String reason) {
        print(event("disconnected", user).put("reason", reason));
    }

    @Override
    public void kicked(String user, String reason, String text) {
        print(event("kicked", user).put("reason", reason).put("text", text));
    }

    private static ObjectNode event(String name, String user) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("at", Instant.now().toString())
                .put("event", name)
                .put("user", user);
    }

    private void print(ObjectNode event) {
        out.println(event);
        out.flush();
    }
}

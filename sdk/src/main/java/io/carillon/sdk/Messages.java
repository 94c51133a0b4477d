package io.carillon.sdk;

import io.carillon.protocol.ProtocolException;
import io.carillon.protocol.PushFrame;
import io.carillon.protocol.client.PushExtension;
import io.carillon.sdk.wire.Frames;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Makes what a listener gets out of what a room sent. */
final class Messages {
    private Messages() {}

    static Message of(String app, String user, PushFrame push) throws ProtocolException {
        PushExtension extension =
                Frames.parse(PushExtension.parser(), ByteBuffer.wrap(push.extension()), "PUSH extension");
        Message.Delivery delivery = new Message.Delivery(
                push.has(PushFrame.FLAG_LATE), push.has(PushFrame.FLAG_BROADCAST), !push.has(PushFrame.FLAG_QOS0));
        return new Message(
                app,
                user,
                MessageId.of(push.messageId()),
                push.seq(),
                delivery,
                push.payload(),
                notice(push, extension),
                extension.getInReplyTo());
    }

    private static Message.@Nullable Notice notice(PushFrame push, PushExtension extension) {
        if (!push.has(PushFrame.FLAG_NOTICE) || !extension.hasNotice()) {
            return null;
        }
        return new Message.Notice(
                extension.getNotice().getKey(),
                extension.getNotice().getNotBeforeMs(),
                extension.getNotice().getSpreadSeconds());
    }
}

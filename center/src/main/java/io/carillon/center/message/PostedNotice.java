package io.carillon.center.message;

import com.google.protobuf.ByteString;
import io.carillon.protocol.client.Notice;
import io.carillon.protocol.client.PushExtension;

/**
 * What stands in a message instead of a payload: "there is something, ask the business for it".
 *
 * @param key what to ask for, 1 to 256 bytes in UTF-8
 * @param notBeforeMs the earliest time to ask, milliseconds since 1970; 0: none was given
 * @param spreadSeconds over how long the devices spread their asking from there
 */
public record PostedNotice(String key, long notBeforeMs, int spreadSeconds) {
    /** What rides on the PUSH. A spread needs a beginning that is the same for all, so that without one it is {@code fromMs}. */
    public ByteString extension(long fromMs) {
        return PushExtension.newBuilder()
                .setNotice(Notice.newBuilder()
                        .setKey(key)
                        .setNotBeforeMs(notBeforeMs == 0 ? fromMs : notBeforeMs)
                        .setSpreadSeconds(spreadSeconds))
                .build()
                .toByteString();
    }
}

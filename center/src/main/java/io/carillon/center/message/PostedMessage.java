package io.carillon.center.message;

import com.google.protobuf.ByteString;
import io.carillon.contract.Durability;
import io.carillon.protocol.client.PushExtension;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message as a business posted it, checked whole.
 *
 * @param users at most 1,000, distinct
 * @param aliases at most 100; the users behind them are to be added
 * @param payload empty where there is a notice
 * @param notice null where there is a payload
 * @param inReplyTo the client's id of the uplink that it answers, empty for none
 * @param ttlMs time to live, milliseconds
 * @param qos 1: stored first; 0: delivered now or dropped
 * @param collapseKey empty: none
 * @param minCopies 1 or 2
 * @param sendAtMs when it is to be sent, milliseconds since 1970; 0 or past: now
 */
public record PostedMessage(
        List<String> users,
        List<String> aliases,
        ByteString payload,
        @Nullable PostedNotice notice,
        String inReplyTo,
        long ttlMs,
        int qos,
        String collapseKey,
        Durability durability,
        int minCopies,
        long sendAtMs) {
    public PostedMessage {
        users = List.copyOf(users);
        aliases = List.copyOf(aliases);
    }

    /** The same for these users, no aliases left. */
    public PostedMessage withUsers(List<String> all) {
        return new PostedMessage(
                all, List.of(), payload, notice, inReplyTo, ttlMs, qos, collapseKey, durability, minCopies, sendAtMs);
    }

    /** What rides on the PUSH, empty for nothing; {@code fromMs} is the beginning of a notice that names none. */
    ByteString extension(long fromMs) {
        ByteString noticed = notice == null ? ByteString.EMPTY : notice.extension(fromMs);
        if (inReplyTo.isEmpty()) {
            return noticed;
        }
        // Serialized messages behind one another are one message.
        return noticed.concat(
                PushExtension.newBuilder().setInReplyTo(inReplyTo).build().toByteString());
    }
}

package io.carillon.center.message;

import com.google.protobuf.ByteString;
import io.carillon.contract.DeliverEntry;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A posted message with its ids: what goes to the stores and to the rooms is made from it.
 *
 * @param extension a serialized PushExtension, empty for none
 * @param messageIds one for each user
 * @param keyed the ids were derived from an Idempotency-Key
 */
record Draft(
        String app,
        PostedMessage message,
        ByteString extension,
        ByteString requestId,
        List<ByteString> messageIds,
        long acceptedAtMs,
        boolean keyed) {
    Draft {
        messageIds = List.copyOf(messageIds);
    }

    int size() {
        return messageIds.size();
    }

    String user(int i) {
        return message.users().get(i);
    }

    List<PutEntry> putEntries() {
        return IntStream.range(0, size()).mapToObj(this::putEntry).toList();
    }

    /** Of messages that are not stored. */
    List<DeliverEntry> sendEntries() {
        return IntStream.range(0, size()).mapToObj(this::sendEntry).toList();
    }

    private PutEntry putEntry(int i) {
        return PutEntry.newBuilder()
                .setApp(app)
                .setUser(user(i))
                .setMessageId(messageIds.get(i))
                .setPayload(message.payload())
                .setExtension(extension)
                .setTtlMs(message.ttlMs())
                .setCollapseKey(message.collapseKey())
                .setDurability(message.durability())
                .setMinCopies(message.minCopies())
                .setRememberId(keyed)
                .setRequestId(requestId)
                .setAcceptedAtMs(acceptedAtMs)
                .build();
    }

    /** Of a stored message; the connection is filled in when it is known. */
    DeliverEntry deliverEntry(int i, PutResult stored) {
        return entry(i).setSeq(stored.getSeq())
                .setPrevSeq(stored.getPrevSeq())
                .setLate(stored.getLate())
                .setExpiresAtMs(stored.getStoredAtMs() + message.ttlMs())
                .build();
    }

    private DeliverEntry sendEntry(int i) {
        return entry(i).setQos0(true)
                .setExpiresAtMs(acceptedAtMs + message.ttlMs())
                .build();
    }

    private DeliverEntry.Builder entry(int i) {
        return DeliverEntry.newBuilder()
                .setApp(app)
                .setUser(user(i))
                .setMessageId(messageIds.get(i))
                .setPayload(message.payload())
                .setExtension(extension)
                .setAcceptedAtMs(acceptedAtMs)
                .setRequestId(requestId);
    }
}

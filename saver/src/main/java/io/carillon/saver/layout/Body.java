package io.carillon.saver.layout;

import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.PutEntry;
import io.carillon.contract.StoredMessage;

/** What a stored message carries beside its record: the fields of a StoredMessage that never change. */
public final class Body {
    private Body() {}

    public static byte[] of(PutEntry entry) {
        return StoredMessage.newBuilder()
                .setPayload(entry.getPayload())
                .setExtension(entry.getExtension())
                .setAcceptedAtMs(entry.getAcceptedAtMs())
                .setRequestId(entry.getRequestId())
                .build()
                .toByteArray();
    }

    public static StoredMessage.Builder parse(byte[] body) throws InvalidProtocolBufferException {
        return StoredMessage.newBuilder().mergeFrom(body);
    }
}

package io.carillon.saver.mailbox;

import io.carillon.contract.Ack;
import io.carillon.contract.PutEntry;
import io.carillon.contract.PutResult;

/** Told of the two ends of a message's life. Called on threads of the stores' drivers: must not block. */
public interface MessageEvents {
    void onAccepted(PutEntry entry, PutResult result, String center);

    void onAcked(String app, String user, byte[] messageId, Ack ack, String room);

    /** Listens to nothing. */
    MessageEvents NONE = new MessageEvents() {
        @Override
        public void onAccepted(PutEntry entry, PutResult result, String center) {}

        @Override
        public void onAcked(String app, String user, byte[] messageId, Ack ack, String room) {}
    };
}

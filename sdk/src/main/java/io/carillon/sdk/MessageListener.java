package io.carillon.sdk;

/**
 * Takes the messages of a binding: each once, in order, one call at a time, on the client's callback executor. A message
 * is acknowledged after the call returned and its id was recorded in the client's store. An app that dies between the two
 * may see that one message again.
 *
 * <p>A broadcast comes the same way ({@link Message#isBroadcast}), in no order with the user's own messages. It is kept
 * by nobody for this user: the SDK remembers which ones the listener has taken, offers one that failed again from memory,
 * and gets it anew after a restart, as long as it lives.
 */
@FunctionalInterface
public interface MessageListener {
    /**
     * Takes one message. When it throws, the message is offered again later, after growing waits; others are not held up.
     *
     * @throws MessageRefusedException to have the message removed without having taken it
     */
    void onMessage(Message message) throws Exception;

    /**
     * Takes a notice: there is something to ask the business for. It is called at this device's own moment, which lies
     * between {@link Message.Notice#notBeforeMs} and {@link Message.Notice#spreadSeconds} after it by the server's clock
     * and differs from device to device, so that the business is not asked by all at once: ask now. A notice that comes
     * after its moment, since the device was away, is handed over at once. Newer messages may have come before it.
     *
     * <p>Returning acknowledges it and throwing has it offered again, as with {@link #onMessage}. Until its moment it
     * takes nothing from the messages behind it: for the last 20 s it is held in memory, as long as the notices held are
     * no more than a quarter of the receive window; before that it is put off and stays in the mailbox, where it ends
     * with its time to live.
     *
     * <p>Unless overridden, it calls {@link #onMessage}.
     *
     * @param notice that of the message
     * @throws MessageRefusedException to have it removed without having taken it
     */
    default void onNotice(Message message, Message.Notice notice) throws Exception {
        onMessage(message);
    }

    /** Stored messages were dropped because there were more than the mailbox holds. */
    default void onOverflow(int dropped) {}
}

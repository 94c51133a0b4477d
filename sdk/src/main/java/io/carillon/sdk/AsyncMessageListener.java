package io.carillon.sdk;

import java.util.concurrent.CompletionStage;

/**
 * A {@link MessageListener} whose work goes on after the call: calls are in order and one at a time, but the next message
 * may be handed over before the stage of this one has completed.
 */
@FunctionalInterface
public interface AsyncMessageListener {
    /**
     * Takes one message, which is acknowledged when the stage completes. A stage that fails counts as {@link
     * MessageListener#onMessage} throwing, a {@link MessageRefusedException} included.
     */
    CompletionStage<?> onMessage(Message message) throws Exception;

    /** As {@link MessageListener#onNotice}; acknowledged when the stage completes. Unless overridden, {@link #onMessage}. */
    default CompletionStage<?> onNotice(Message message, Message.Notice notice) throws Exception {
        return onMessage(message);
    }

    /** Stored messages were dropped because there were more than the mailbox holds. */
    default void onOverflow(int dropped) {}
}

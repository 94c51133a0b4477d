package io.carillon.sdk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Shows both kinds of listener as one. */
final class Listeners {
    private static final CompletionStage<?> DONE = CompletableFuture.completedFuture("done");

    private Listeners() {}

    static AsyncMessageListener async(MessageListener listener) {
        return new AsyncMessageListener() {
            @Override
            public CompletionStage<?> onMessage(Message message) throws Exception {
                listener.onMessage(message);
                return DONE;
            }

            @Override
            public CompletionStage<?> onNotice(Message message, Message.Notice notice) throws Exception {
                listener.onNotice(message, notice);
                return DONE;
            }

            @Override
            public void onOverflow(int dropped) {
                listener.onOverflow(dropped);
            }
        };
    }
}

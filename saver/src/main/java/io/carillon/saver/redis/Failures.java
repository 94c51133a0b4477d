package io.carillon.saver.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * Tells refusals from unknown outcomes.
 *
 * <p>A refusal is certain: the command never left, or Redis answered with an error before the first write. Out of
 * memory and read-only errors are such, since Redis checks them at a script's first write and not after.
 */
final class Failures {
    private static final List<String> REFUSALS = List.of(
            "NOSCRIPT",
            "OOM ",
            "MISCONF",
            "READONLY",
            "LOADING",
            "BUSY",
            "CLUSTERDOWN",
            "MASTERDOWN",
            "NOREPLICAS",
            "NOAUTH",
            "NOPERM",
            "TRYAGAIN");

    private Failures() {}

    static Reply reply(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof RedisCommandExecutionException) {
            return REFUSALS.stream().anyMatch(message::contains) ? Reply.refused(message) : Reply.unknown(message);
        }
        if (cause instanceof NotConnectedException
                || (cause instanceof RedisException && message.startsWith("Currently not connected"))) {
            return Reply.refused(message);
        }
        return Reply.unknown(cause.getClass().getSimpleName() + ": " + message);
    }

    /** There is no connection; nothing left this process. */
    static final class NotConnectedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotConnectedException() {
            super("not connected to Redis", null, false, false);
        }
    }
}

package io.carillon.sdk;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** One user of one app on the client's connection. Thread-safe; no call waits. */
public interface Binding {
    /** The app's id. */
    String app();

    /** The user's name in the app. */
    String user();

    /** Whether the room takes it just now. */
    boolean isBound();

    /** {@link #uplink(String, byte[], Duration)} with ten minutes. */
    CompletableFuture<UplinkReceipt> uplink(String forwardType, byte[] payload);

    /**
     * Sends data to the business. Sent again after a reconnect until the room confirms it; the business gets it once.
     *
     * @param forwardType at most 64 bytes; routes to one of the business's endpoints
     * @param deadline more than zero, at most ten minutes, which is as long as repeats are told apart
     * @return completes on the callback executor; fails with {@link UplinkException}
     */
    CompletableFuture<UplinkReceipt> uplink(String forwardType, byte[] payload, Duration deadline);

    /**
     * Adds tags to the user and takes others from it, where the app lets its clients do so; a tag in both is added.
     *
     * <p>Nothing tells what became of it. A change waits, in memory, until the binding is bound; the last word on a tag
     * holds, and beyond 100 to add or 100 to remove the oldest are forgotten. It is sent once: a connection that breaks in
     * that moment takes it along, and an app that does not allow it ignores it. Whoever has to be sure says again what
     * must hold, for example at each start: what holds already costs little.
     *
     * @param add at most 100, each of 1 to 64 bytes of UTF-8
     * @param remove as {@code add}
     */
    void changeTags(Collection<String> add, Collection<String> remove);

    /**
     * Sends data to the business and waits for its reply: a message with {@code in_reply_to}. The reply is acknowledged as
     * any message, but does not go to the listener; one that comes after the deadline does. At most 64 are open.
     *
     * @param forwardType as in {@link #uplink(String, byte[], Duration)}
     * @param deadline for the reply; more than zero, at most ten minutes
     * @return completes on the callback executor; fails with {@link java.util.concurrent.TimeoutException} at the deadline,
     *     when the business may have got it, or with {@link UplinkException}
     */
    CompletableFuture<Message> request(String forwardType, byte[] payload, Duration deadline);

    /** Asks the room again after it ended or refused this binding. Does nothing when it did not. */
    void resume();

    /** Ends it for good. The listener gets nothing that was not handed to it before. */
    void unbind();
}
